package main

import (
	"fmt"
	"strings"

	"iamsim/model/catalog"
)

// mend makes data whole that refers to what it does not hold, and says what it
// did: resource types that a service lacks are left out of its actions, and
// keys that it lacks are added as keys of one text.
func mend(d *catalog.Data) []string {
	var notes []string
	for i := range d.Services {
		m := mender{service: &d.Services[i], keys: map[string]bool{}, types: map[string]bool{}}
		m.mend()
		notes = append(notes, m.notes...)
	}
	return notes
}

// mender mends one service; keys and types are the names it holds, in lower case.
type mender struct {
	service     *catalog.ServiceData
	keys, types map[string]bool
	notes       []string
}

func (m *mender) mend() {
	for _, k := range m.service.Keys {
		m.keys[strings.ToLower(k.Name)] = true
	}
	for _, t := range m.service.Types {
		m.types[strings.ToLower(t.Name)] = true
	}
	for _, t := range m.service.Types {
		m.addKeys("resource type "+t.Name, t.Keys)
	}
	for i := range m.service.Actions {
		a := &m.service.Actions[i]
		m.addKeys(a.Name, a.Keys)
		var kept []catalog.UseData
		for _, u := range a.Resources {
			if !m.types[strings.ToLower(u.Type)] {
				m.note("%s: there is no resource type %q, left out", a.Name, u.Type)
				continue
			}
			m.addKeys(a.Name, u.Keys)
			kept = append(kept, u)
		}
		a.Resources = kept
	}
}

func (m *mender) addKeys(where string, names []string) {
	for _, n := range names {
		if m.keys[strings.ToLower(n)] {
			continue
		}
		m.note("%s: there is no key %q, added as a string", where, n)
		m.keys[strings.ToLower(n)] = true
		m.service.Keys = append(m.service.Keys, catalog.KeyData{Name: n})
	}
}

func (m *mender) note(format string, args ...any) {
	m.notes = append(m.notes, "! "+m.service.Prefix+": "+fmt.Sprintf(format, args...))
}
