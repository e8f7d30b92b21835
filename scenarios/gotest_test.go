package scenarios

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestExamplesThroughTest runs the shipped examples as a user of the package would.
func TestExamplesThroughTest(t *testing.T) { Test(t, "examples") }

// recorder records what a *testing.T would be told.
type recorder struct {
	name string
	log  *[]string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) { r.tell("error", fmt.Sprintf(format, args...)) }
func (r *recorder) Log(args ...any)                   { r.tell("log", fmt.Sprint(args...)) }
func (r *recorder) Skip(args ...any)                  { r.tell("skip", fmt.Sprint(args...)) }

func (r *recorder) tell(what, text string) {
	first, _, _ := strings.Cut(text, "\n")
	*r.log = append(*r.log, r.name+" "+what+": "+first)
}

func (r *recorder) Run(name string, f func(*recorder)) bool {
	child := &recorder{name: strings.TrimPrefix(r.name+"/"+name, "/"), log: r.log}
	*r.log = append(*r.log, "= "+child.name)
	f(child)
	return true
}

func TestTest(t *testing.T) {
	for _, c := range []struct {
		name  string
		paths []string
		want  []string
	}{
		{"a folder", []string{"testdata/gotest"}, []string{
			"= testdata/gotest/broken.yaml",
			`testdata/gotest/broken.yaml error: testdata/gotest/broken.yaml:2:5: error: a scenario needs the field "expect"`,
			`testdata/gotest/broken.yaml error: testdata/gotest/broken.yaml:2:54: error: a scenario has no field "exepct"; did you mean "expect"? allowed are`,
			"= testdata/gotest/skipped/all.yaml",
			"testdata/gotest/skipped/all.yaml error: nothing was checked: every scenario is skipped",
			"= testdata/gotest/skipped/all.yaml/later",
			"testdata/gotest/skipped/all.yaml/later skip: not now",
			"= testdata/gotest/suite.yaml",
			"testdata/gotest/suite.yaml log: testdata/gotest/suite.yaml:5:",
			"= testdata/gotest/suite.yaml/anonymous callers are denied",
			"= testdata/gotest/suite.yaml/and allowed",
			"testdata/gotest/suite.yaml/and allowed error: testdata/gotest/suite.yaml:6:5: s3:GetObject on arn:aws:s3:::data/1",
			"= testdata/gotest/suite.yaml/later",
			"testdata/gotest/suite.yaml/later skip: not now",
		}},
		{"no path", nil, []string{" error: no suite is named"}},
		{"no such path", []string{"testdata/none"}, []string{" error: testdata/none: no such file or directory"}},
		{"no suite there", []string{"testdata/fuzz"}, []string{" error: testdata/fuzz: no scenario suite in this folder"}},
		{"nothing checked", []string{"testdata/gotest/skipped/all.yaml"}, []string{
			"= testdata/gotest/skipped/all.yaml",
			"testdata/gotest/skipped/all.yaml error: nothing was checked: every scenario is skipped",
			"= testdata/gotest/skipped/all.yaml/later",
			"testdata/gotest/skipped/all.yaml/later skip: not now",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			log := []string{}
			Test(&recorder{log: &log}, c.paths...)
			require.Len(t, log, len(c.want), strings.Join(log, "\n"))
			for i, want := range c.want {
				require.True(t, strings.HasPrefix(log[i], want), "%s\nwanted %s", log[i], want)
			}
		})
	}
}
