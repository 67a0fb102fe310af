package extract

// formats says how each format is read. A format that is detected and not here
// is Unsupported.
func formats() map[string]engine {
	m := make(map[string]engine)
	add := func(first, second reader, names ...string) {
		for _, n := range names {
			m[n] = engine{first, second}
		}
	}
	add(readOOXML, secondOOXML(),
		"docx", "docm", "dotx", "dotm",
		"xlsx", "xlsm", "xltx", "xltm", "xlam", "xlsb",
		"pptx", "pptm", "ppsx", "ppsm", "potx", "potm",
		"vsdx", "vsdm", "vstx", "vssx")
	add(readWordML, nil, "wordml")
	add(readSpreadsheetML, nil, "spreadsheetml")
	add(readODF, nil, "odt", "ott", "odm", "ods", "ots", "odp", "otp", "odg", "otg", "odc", "odf", "odb")
	add(readFlatODF, nil, "fodt", "fods", "fodp", "fodg")
	add(readEncrypted, nil, "ooxml-encrypted", "sealed")

	add(readAnyXLS, nil, "xls")
	add(ole(readDOC), nil, "doc")
	add(ole(readPPT), nil, "ppt")
	add(ole(readMSG), nil, "msg")
	add(ole(readObject), nil, "ole")

	add(readImage, nil, "png", "jpeg", "gif", "bmp", "tiff", "jp2", "wmf", "emf", "webp", "djvu")
	add(readPDF, readPDFSecond, "pdf")

	add(readText, nil, "txt", "md", "log", "yaml", "sql", "ini", "vcf", "ics", "ldif", "source")
	add(readCSV, nil, "csv", "tsv")
	add(readHTML, nil, "html")
	add(readXML, nil, "xml", "svg")
	add(readJSON, nil, "json", "jsonl", "ipynb")
	add(readRTF, nil, "rtf")
	add(readEPUB, nil, "epub")

	add(readEML, nil, "eml")
	add(readMbox, nil, "mbox")
	add(readTNEF, nil, "tnef")
	add(readCMS, nil, "p7m")
	add(readPST, nil, "pst")
	add(readOneNote, nil, "one")

	add(readZip, nil, "zip")
	add(readTar, nil, "tar")
	add(readGzip, nil, "gz")
	add(readBzip2, nil, "bz2")
	add(readXZ, nil, "xz")
	add(readZstd, nil, "zst")
	add(read7z, nil, "7z")
	add(readRAR, nil, "rar")
	return m
}
