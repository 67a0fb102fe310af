package extract

import (
	"bytes"
	"strings"
)

// maxXMP bounds one packet of metadata, in bytes.
const maxXMP = 1 << 20

// xmpPacket sends the elements and attributes of one packet as properties.
func xmpPacket(out *emitter, b []byte, sent map[string]bool) {
	x := newXML(bytes.NewReader(b))
	name := ""
	property := func(name, value string) {
		if value = strings.TrimSpace(value); value == "" || namespace(value) || sent[name+value] || dull(name, value) || xmpNoise[name] {
			return
		}
		sent[name+value] = true
		out.property(name, value)
	}
	for x.next() && !out.run.stopped {
		switch x.kind {
		case xmlStart:
			switch n := string(x.name); n {
			case "Alt", "Bag", "Seq", "li":
			default:
				name = n
			}
			x.eachAttr(property)
		case xmlText:
			property(name, string(x.text))
		}
	}
}

// namespace tells the names of XML namespaces from values.
func namespace(s string) bool {
	return strings.HasPrefix(s, "adobe:ns:") || strings.HasPrefix(s, "http") && (strings.HasSuffix(s, "/") || strings.HasSuffix(s, "#"))
}

// xmpNoise are properties that say how a file was made, not what is in it.
var xmpNoise = map[string]bool{
	"InstanceID": true, "DocumentID": true, "OriginalDocumentID": true, "instanceID": true, "documentID": true,
	"xmptk": true, "about": true, "parseType": true, "format": true, "lang": true, "part": true, "conformance": true,
	"CreateDate": true, "ModifyDate": true, "MetadataDate": true, "when": true, "changed": true, "action": true, "softwareAgent": true,
	"RenditionClass": true, "VersionID": true, "valueType": true, "category": true, "image": true,
}
