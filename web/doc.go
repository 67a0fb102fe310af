// Package web serves the pages where a data protection officer works, and the same
// answers as JSON.
//
// # A page in five minutes
//
// A page is one handler, one template and one line of the table in routes.go:
//
//  1. Write a method of call in a file of its own (destinations.go is a short one).
//     It reads its parameters with [call.value], asks the rooms through c.s (the
//     [Options]) or, for records, through c.scope, and returns an answer: the
//     name of the page, its title and its data.
//  2. Write templates/NAME.html, which defines "main". The dot is a view: the data
//     is .Data, words are methods ({{.T "français" "English"}}, {{.Number 12}},
//     {{.Name .Path}} for anything that comes from a share). No inline script or
//     style; hx- attributes need hx-nonce="{{.Nonce}}" on the same element.
//  3. Add the route with the right that it takes, and its row in the test of routes,
//     which fails until every role is told what it gets. With api set, the data is
//     served as JSON under /api/v1 too; describe it in openapi.yaml.
//  4. browsertest finds the page by the links that lead to it and looks at it in a real
//     browser; one that only a form leads to needs a line in browsertest/moments.mjs.
//     style.css knows tables of class "cards", lists of "facts" and "figures", forms of
//     class "stack" and "row"; "make pictures" shows what came out.
//
// # What holds on every page
//
//   - Records come from [scope] alone: it puts the shares of the account into each
//     query, and looks at each record again. What lies outside does not exist: 404.
//   - Nothing is in clear: records hold masked forms, and no handler writes a value
//     that a person typed into an address, a log or the audit. Only a reveal shows
//     values, once (reveal.go).
//   - What changes something is a POST, from the same origin, and is in the audit
//     before the answer is.
//   - A page works without script; script only spares a reload. Security keys alone need
//     it, and one-time codes stand beside them.
//
// This room imports the root package only: cmd fills [Options] with the others.
package web
