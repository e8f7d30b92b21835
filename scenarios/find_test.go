package scenarios

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestFind(t *testing.T) {
	suite := &fstest.MapFile{Data: []byte("scenarios: []")}
	other := &fstest.MapFile{Data: []byte("users: []")}
	files := fstest.MapFS{
		"suites/b.yaml": suite, "suites/a.json": {Data: []byte(`{"scenarios": []}`)}, "suites/sub/c.yml": suite,
		"suites/policies.yaml": other, "suites/notes.txt": {Data: []byte("scenarios: [")},
		"suites/pages.json":  {Data: []byte(`{"a":1}{"b":2}`)},
		"none/policies.yaml": other, "hollow/x.txt": other,
		"broken/empty.yaml": {Data: nil}, "broken/good.yaml": suite, "broken/bad.yaml": {Data: []byte("a: [")}, "broken/worse.json": {Data: []byte(`{"a":`)},
		"two.yaml": {Data: []byte("scenarios: []\n---\nscenarios: []\n")},
	}
	for _, c := range []struct {
		name   string
		paths  []string
		want   []string
		faults []string
	}{
		{"a folder, sorted, with its subfolders", []string{"suites"}, []string{"suites/a.json", "suites/b.yaml", "suites/sub/c.yml"}, nil},
		{"a file", []string{"./suites/b.yaml"}, []string{"suites/b.yaml"}, nil},
		{"the order of the paths, each once", []string{"suites/b.yaml", "suites/"}, []string{"suites/b.yaml", "suites/a.json", "suites/sub/c.yml"}, nil},
		{"a file that is no suite", []string{"suites/policies.yaml"}, nil, []string{"suites/policies.yaml: this is not a scenario suite: it is a policy set"}},
		{"a file of several documents", []string{"two.yaml"}, nil, []string{"two.yaml: this is not a scenario suite: it holds 2 documents"}},
		{"a folder without suites", []string{"none"}, nil, []string{"none: no scenario suite in this folder"}},
		{"a folder without documents", []string{"hollow"}, nil, []string{"hollow: no scenario suite in this folder"}},
		{"a path that is not there", []string{"nowhere"}, nil, []string{"nowhere: file does not exist"}},
		{"no path", nil, nil, []string{"no suite given"}},
		{"files that cannot be parsed", []string{"broken"}, []string{"broken/good.yaml"}, []string{"broken/bad.yaml:", "broken/empty.yaml:", "broken/worse.json:"}},
		{"all faults", []string{"nowhere", "suites/b.yaml", "none"}, []string{"suites/b.yaml"}, []string{"nowhere: ", "none: "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			found, err := Find(files, c.paths...)
			require.Equal(t, c.want, found)
			if c.faults == nil {
				require.NoError(t, err)
				return
			}
			for _, fault := range c.faults {
				require.ErrorContains(t, err, fault)
			}
		})
	}
}
