package web

import (
	"encoding/json"
	"errors"
	"time"
)

// sessionCodec writes a session as JSON of texts: the same session is the same bytes,
// so that the store can tell that nothing changed.
type sessionCodec struct{}

type sessionData struct {
	Deadline time.Time         `json:"deadline"`
	Values   map[string]string `json:"values"`
}

// Encode writes a session.
func (sessionCodec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	d := sessionData{deadline, map[string]string{}}
	for k, v := range values {
		s, ok := v.(string)
		if !ok {
			return nil, errors.New("a session holds texts only")
		}
		d.Values[k] = s
	}
	return json.Marshal(d)
}

// Decode reads what Encode wrote.
func (sessionCodec) Decode(b []byte) (time.Time, map[string]any, error) {
	var d sessionData
	if err := json.Unmarshal(b, &d); err != nil {
		return time.Time{}, nil, errors.New("a session is not readable")
	}
	values := map[string]any{}
	for k, v := range d.Values {
		values[k] = v
	}
	return d.Deadline, values, nil
}
