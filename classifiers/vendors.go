package classifiers

import (
	"bytes"
)

// vendorToken is the form of the tokens of one service, as its documentation or
// gitleaks has it. A form is only listed where it is told by its start.
type vendorToken struct {
	prefix   string // in its own case
	min, max int    // length of the rest
	in       func(byte) bool
	letters  bool // the rest may do without a digit
}

func isHex(b byte) bool    { return isDigit(b) || b >= 'a' && b <= 'f' }
func isBase32(b byte) bool { return isUpper(b) || isDigit(b) }
func dotted(b byte) bool   { return isBase64URL(b) || b == '.' }
func pathOf(b byte) bool   { return isBase64URL(b) || b == '/' || b == '@' }

// vendorTokens are tried where one of vendorWords stands.
var vendorTokens = []vendorToken{
	{prefix: "xoxa-", min: 10, max: maxRun, in: isBase64URL}, {prefix: "xoxb-", min: 10, max: maxRun, in: isBase64URL},
	{prefix: "xoxp-", min: 10, max: maxRun, in: isBase64URL}, {prefix: "xoxr-", min: 10, max: maxRun, in: isBase64URL},
	{prefix: "xoxs-", min: 10, max: maxRun, in: isBase64URL},
	{prefix: "SCW", min: 17, max: 17, in: isBase32},                                                            // Scaleway
	{prefix: "sk_live_", min: 16, max: 128, in: isAlnum}, {prefix: "rk_live_", min: 16, max: 128, in: isAlnum}, // Stripe
	{prefix: "sk-proj-", min: 32, max: 256, in: isBase64URL}, {prefix: "sk-ant-", min: 32, max: 256, in: isBase64URL}, // language models
	{prefix: "hf_", min: 30, max: 40, in: isAlnum, letters: true},
	{prefix: "npm_", min: 36, max: 36, in: isAlnum},
	{prefix: "pypi-AgE", min: 40, max: maxRun, in: isBase64URL},
	{prefix: "dckr_pat_", min: 24, max: 64, in: isBase64URL},
	{prefix: "SG.", min: 60, max: 70, in: dotted},                                                          // SendGrid
	{prefix: "hvs.", min: 24, max: 256, in: isBase64URL},                                                   // Vault
	{prefix: "dop_v1_", min: 64, max: 64, in: isHex},                                                       // DigitalOcean
	{prefix: "glsa_", min: 32, max: 64, in: isBase64URL},                                                   // Grafana
	{prefix: "ATATT3", min: 100, max: maxRun, in: func(b byte) bool { return isBase64URL(b) || b == '=' }}, // Atlassian
	{prefix: "AGE-SECRET-KEY-1", min: 58, max: 58, in: isBase32},
	{prefix: "hooks.slack.com/services/", min: 40, max: 90, in: pathOf},
	{prefix: "webhook.office.com/webhookb2/", min: 80, max: 400, in: pathOf},
	{prefix: "discord.com/api/webhooks/", min: 70, max: 120, in: pathOf}, {prefix: "discordapp.com/api/webhooks/", min: 70, max: 120, in: pathOf},
	{prefix: "Private-Lines: ", min: 1, max: 3, in: isDigit}, // the private half of a PuTTY key
}

// vendorWords are followed by a sign that ends them, save where letters may follow (*).
var vendorWords = []string{"xoxa", "xoxb", "xoxp", "xoxr", "xoxs", "scw*", "sk live", "rk live", "sk proj", "sk ant", "hf", "npm", "pypi", "dckr pat", "sg", "hvs",
	"dop v1", "glsa", "atatt3*", "age secret key", "hooks.slack.com", "webhook.office.com", "discord.com", "discordapp.com", "private lines"}

// findVendor reads a token of a service that tells itself by its start, or one of
// Telegram: the number of a bot, and 35 characters.
func (d *idDetector) findVendor(s *segment, r *compiled, h hit) {
	text, start := s.text, int(h.start)
	if h.word < firstWord {
		end := run(text, int(h.end)+1, isBase64URL)
		bot := bytes.HasPrefix(text[start:], []byte("bot")) || h.word == wordDigit
		if bot && bytes.HasPrefix(text[h.end:], []byte(":AA")) && end-int(h.end) == 36 {
			d.foundSecret(r, start, end, text[start:end], candidate{})
		}
		return
	}
	for i := range vendorTokens {
		v := &vendorTokens[i]
		if !bytes.HasPrefix(text[start:], []byte(v.prefix)) {
			continue
		}
		from := start + len(v.prefix)
		end := run(text, from, v.in)
		for end > from && text[end-1] == '.' {
			end--
		}
		if n := end - from; n < v.min || n > v.max || end < len(text) && isWord[text[end]] || !v.letters && !bytes.ContainsAny(text[from:end], "0123456789") {
			continue
		}
		d.foundSecret(r, start, end, text[start:end], candidate{})
		return
	}
}
