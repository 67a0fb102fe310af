package extract

// mapiTexts are the text properties that people read, in the order in which they
// are sent ([MS-OXPROPS]).
var mapiTexts = []struct {
	id   uint16
	name string
}{
	{0x0037, "Subject"}, {0x0C1A, "From"}, {0x0C1F, "From"}, {0x5D01, "From"}, {0x0042, "On behalf of"},
	{0x0E04, "To"}, {0x0E03, "Cc"}, {0x0E02, "Bcc"}, {0x0050, "Reply-To"}, {0x1035, "Message-ID"}, {0x0070, "Topic"},
	{0x3001, "Name"}, {0x3004, "Comment"}, {0x3A06, "Given name"}, {0x3A11, "Surname"}, {0x3A16, "Company"}, {0x3A17, "Title"}, {0x3A18, "Department"},
	{0x3A08, "Phone"}, {0x3A09, "Phone"}, {0x3A1C, "Phone"}, {0x3A15, "Address"},
	{0x3A48, "Spouse"}, {0x3A4E, "Manager"}, {0x3A30, "Assistant"}, {0x3A4F, "Nickname"}, {0x3A0D, "Location"},
}

// mapiDates are the dates that people read.
var mapiDates = []struct {
	id   uint16
	name string
}{{0x0039, "Date"}, {0x3A42, "Birthday"}, {0x3A41, "Wedding anniversary"}}

// mapiSensitivities are the words that Outlook shows for property 0036
// ([MS-OXCMSG] 2.2.1.13).
var mapiSensitivities = map[uint32]string{1: "Personal", 2: "Private", 3: "Company-Confidential"}

// mapiLIDs are the names of numbered properties of contacts, appointments and
// tasks ([MS-OXPROPS] 2, PidLid…).
var mapiLIDs = map[uint32]string{
	0x8005: "File under", 0x801A: "Home address", 0x801B: "Work address", 0x801C: "Other address",
	0x8045: "Street", 0x8046: "City", 0x8047: "State", 0x8048: "Postal code", 0x8049: "Country",
	0x8062: "Instant messaging", 0x8080: "E-mail", 0x8083: "E-mail", 0x8084: "E-mail", 0x8093: "E-mail", 0x8094: "E-mail", 0x80A3: "E-mail", 0x80A4: "E-mail",
	0x8054: "Members", 0x8055: "Members", 0x8208: "Location", 0x8238: "Attendees", 0x823B: "Attendees", 0x823C: "Attendees",
	0x811F: "Owner", 0x8539: "Companies", 0x853A: "Contacts", 0x8586: "Contacts",
}
