package conditions

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"iamsim/internal/wildcard"
)

func TestContext(t *testing.T) {
	c := NewContext()
	lookup := func(key string, texts []string, list bool, state State) {
		t.Helper()
		v, s := c.Lookup(key)
		require.Equal(t, state, s)
		require.Equal(t, texts, v.Texts())
		require.Equal(t, list, v.IsList())
	}
	lookup("aws:PrincipalTag/Team", []string{}, false, NotSupplied)
	c.Set("aws:PrincipalTag/Team", "web")
	lookup("aws:PrincipalTag/Team", []string{"web"}, false, Present)
	lookup("AWS:principaltag/TEAM", []string{"web"}, false, Present)
	lookup("aws:principaltag/team", []string{"web"}, false, Present)
	c.SetList("AWS:PRINCIPALTAG/TEAM", "a", "b")
	lookup("aws:principaltag/team", []string{"a", "b"}, true, Present)
	c.SetList("aws:PrincipalTag/Team")
	lookup("aws:principaltag/team", []string{}, true, Present)
	c.SetAbsent("aws:principaltag/team")
	lookup("aws:PrincipalTag/Team", []string{}, false, Absent)
	require.Equal(t, []string{"aws:PrincipalTag/Team"}, c.Names(), "as first written")
	c.Unset("AWS:PrincipalTag/Team")
	lookup("aws:PrincipalTag/Team", []string{}, false, NotSupplied)
	require.Empty(t, c.Names())

	long := "aws:PrincipalTag/" + strings.Repeat("X", 2*foldBuffer)
	c.Set(long, "1")
	lookup(long, []string{"1"}, false, Present)
	lookup(strings.ToLower(long), []string{"1"}, false, Present)
}

func TestContextNames(t *testing.T) {
	c := NewContext()
	for _, k := range []string{"b", "aws:Z", "AWS:a", "C", "c"} {
		c.Set(k, "x")
	}
	c.SetAbsent("aws:M")
	require.Equal(t, []string{"AWS:a", "aws:M", "aws:Z", "b", "C"}, c.Names())
}

func TestContextClone(t *testing.T) {
	c := NewContext()
	c.Set("a", "1")
	clone := c.Clone()
	clone.Set("a", "2")
	clone.Set("b", "3")
	v, _ := c.Lookup("a")
	require.Equal(t, []string{"1"}, v.Texts())
	require.Equal(t, []string{"a"}, c.Names())
	v, _ = clone.Lookup("a")
	require.Equal(t, []string{"2"}, v.Texts())
}

func TestSetValue(t *testing.T) {
	a, b := NewContext(), NewContext()
	a.SetList("k", "1", "2")
	v, _ := a.Lookup("k")
	b.SetValue("other", v)
	got, state := b.Lookup("other")
	require.Equal(t, Present, state)
	require.Equal(t, v, got)
}

func TestNilContextReads(t *testing.T) {
	var c *Context
	v, state := c.Lookup("K")
	require.Equal(t, NotSupplied, state)
	require.Equal(t, Value{}, v)
	require.Empty(t, c.Names())
	clone := c.Clone()
	clone.Set("k", "v")
	require.Equal(t, []string{"k"}, clone.Names())
}

func TestFoldKey(t *testing.T) {
	for in, want := range map[string]string{
		"":                     "",
		"aws:principaltag/x":   "aws:principaltag/x",
		"AWS:PrincipalTag/É":   "aws:principaltag/É",
		"aws:Tag/\u212aelvin":  "aws:tag/\u212aelvin", // the Kelvin sign is no k (rule I3)
		"aws:RequestTag/a:B_C": "aws:requesttag/a:b_c",
	} {
		require.Equal(t, want, FoldKey(in))
	}
}

func TestValueString(t *testing.T) {
	for want, v := range map[string]Value{
		`"web"`:     textValue("web"),
		`"a\"b\n"`:  textValue("a\"b\n"),
		`["a" "b"]`: listValue([]string{"a", "b"}),
		`["a"]`:     listValue([]string{"a"}),
		`[]`:        {},
	} {
		require.Equal(t, want, v.String())
	}
	require.Equal(t, []string{"not supplied", "absent", "present"}, []string{NotSupplied.String(), Absent.String(), Present.String()})
}

func TestEnvResolves(t *testing.T) {
	c := request{"one": "1", "empty": "", "list": []string{"1"}, "none": []string{}, "absent": nil, "aws:TagKeys": "env"}.context()
	for _, tt := range []struct {
		key   string
		text  string
		want  wildcard.Presence
		three wildcard.Presence
	}{
		{"ONE", "1", wildcard.Resolved, wildcard.Resolved},
		{"empty", "", wildcard.Resolved, wildcard.Resolved},
		{"list", "", wildcard.Multivalued, wildcard.Multivalued},
		{"aws:TagKeys", "", wildcard.Multivalued, wildcard.Multivalued},
		{"none", "", wildcard.Unresolvable, wildcard.Unresolvable},
		{"absent", "", wildcard.Unresolvable, wildcard.Unresolvable},
		{"other", "", wildcard.Unresolvable, wildcard.UnknownValue},
	} {
		t.Run(tt.key, func(t *testing.T) {
			text, presence := (&Env{Context: c}).Resolve(tt.key)
			require.Equal(t, tt.text, text)
			require.Equal(t, tt.want, presence)
			_, presence = (&Env{Context: c, ThreeValued: true}).Resolve(tt.key)
			require.Equal(t, tt.three, presence)
		})
	}
}
