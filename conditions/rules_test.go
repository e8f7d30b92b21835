package conditions

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// request is what a request says of its keys: a string is a single value, a
// []string a list, nil says that the key is absent. Keys that do not stand in
// it are not supplied.
type request map[string]any

func (r request) context() *Context {
	c := NewContext()
	for key, v := range r {
		switch v := v.(type) {
		case nil:
			c.SetAbsent(key)
		case string:
			c.Set(key, v)
		case []string:
			c.SetList(key, v...)
		default:
			panic("a request holds strings, lists of strings and nil")
		}
	}
	return c
}

// rule is one worked case: an entry, a request and the result.
type rule struct {
	name    string
	op      string
	key     string
	values  []string
	request request
	want    Truth
	options Options
	// literal: the policy's version has no variables.
	literal bool
	// threeValued: keys that are not supplied are unknown.
	threeValued bool
}

func check(t *testing.T, rules []rule) {
	t.Helper()
	for _, r := range rules {
		t.Run(r.op+" "+r.name, func(t *testing.T) {
			e := entry(t, r.op, r.key, !r.literal, r.values...)
			env := &Env{Context: r.request.context(), Options: r.options, ThreeValued: r.threeValued}
			require.Equal(t, r.want.String(), e.Eval(env).String(), e.Explain(env))
		})
	}
}

func entry(t testing.TB, op, key string, variables bool, values ...string) *Entry {
	t.Helper()
	o, err := ParseOperator(op, false)
	require.NoError(t, err)
	e, err := NewEntry(o, key, values, variables)
	require.NoError(t, err)
	return e
}

// one is a list of one policy value, in short.
func one(v string) []string { return []string{v} }

// is is the request that carries the key k with one value.
func is(v string) request { return request{"k": v} }
