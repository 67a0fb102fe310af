package web

import (
	_ "embed"
	"net/http"
)

//go:embed openapi.yaml
var openAPI []byte

func (c *call) openAPI() (answer, error) {
	c.w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
	c.w.WriteHeader(http.StatusOK)
	c.w.Write(openAPI)
	return answer{done: true}, nil
}
