package web_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"poterne/web"
)

// TestOpenAPITellsEveryRoute compares openapi.yaml with the routes of the API.
func TestOpenAPITellsEveryRoute(t *testing.T) {
	src, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Paths      map[string]map[string]any
		Components map[string]map[string]any
	}
	if err := yaml.Unmarshal(src, &file); err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for path, methods := range file.Paths {
		for method, operation := range methods {
			if method == "parameters" {
				continue
			}
			told[strings.ToUpper(method)+" /api/v1"+path] = true
			if o, ok := operation.(map[string]any); !ok || o["summary"] == "" || o["responses"] == nil {
				t.Errorf("%s %s has no summary or no responses", method, path)
			}
		}
		if strings.Contains(path, "{") && methods["parameters"] == nil {
			t.Errorf("%s does not tell its parameter", path)
		}
	}
	served := map[string]bool{}
	for _, r := range web.Routes(options(newSite(t))) {
		if _, path, _ := strings.Cut(r, " "); strings.HasPrefix(path, "/api/v1") {
			served[r] = true
		}
	}
	if d := cmp.Diff(slices.Sorted(maps.Keys(served)), slices.Sorted(maps.Keys(told))); d != "" {
		t.Errorf("routes of the API and openapi.yaml differ (-served +told):\n%s", d)
	}
	for line := range strings.Lines(string(src)) {
		for rest := line; ; {
			_, after, ok := strings.Cut(rest, `"#/components/`)
			if !ok {
				break
			}
			ref, _, _ := strings.Cut(after, `"`)
			kind, name, _ := strings.Cut(ref, "/")
			if file.Components[kind][name] == nil {
				t.Errorf("nothing is at #/components/%s", ref)
			}
			rest = after
		}
	}
}

// TestOpenAPITellsEveryChange compares what may be done to an account.
func TestOpenAPITellsEveryChange(t *testing.T) {
	src, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Paths struct {
			Account struct {
				Post struct {
					RequestBody struct {
						Content map[string]struct {
							Schema struct {
								Properties struct{ Do struct{ Enum []string } }
							}
						}
					} `yaml:"requestBody"`
				}
			} `yaml:"/accounts/{login}"`
		}
	}
	if err := yaml.Unmarshal(src, &file); err != nil {
		t.Fatal(err)
	}
	told := file.Paths.Account.Post.RequestBody.Content["application/json"].Schema.Properties.Do.Enum
	if d := cmp.Diff(web.AccountChanges, told); d != "" {
		t.Errorf("changes of an account and openapi.yaml differ (-done +told):\n%s", d)
	}
}
