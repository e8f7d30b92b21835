package organization

import (
	"maps"
	"slices"
	"strings"

	"iamsim/model"
	"iamsim/model/inventory"
)

// word is what a wildcard is taken to stand for.
func (r random) word() string {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	word := make([]byte, 3+r.IntN(8))
	for i := range word {
		word[i] = letters[r.IntN(len(letters))]
	}
	return string(word)
}

// maxActions is how many of the actions of a pattern are drawn from. Patterns
// such as "*" cover the whole catalogue.
const maxActions = 512

// action is an action that the statement covers.
func (d *drawer) action(st *model.Statement) string {
	if len(st.Actions) == 0 {
		return "s3:GetObject"
	}
	if !st.NotAction {
		return d.oneAction(pick(d.random, st.Actions))
	}
	// What the statement names is avoided; few statements name much.
	action := ""
	for range 4 {
		k := d.kind()
		action = k.service + ":" + pick(d.random, k.actions)
		if !covered(st.Actions, k.service) {
			break
		}
	}
	return action
}

// covered reports whether an action pattern is about a service.
func covered(patterns []string, service string) bool {
	for _, p := range patterns {
		prefix, _, _ := strings.Cut(p, ":")
		if p == "*" || strings.EqualFold(prefix, service) {
			return true
		}
	}
	return false
}

func (d *drawer) oneAction(pattern string) string {
	if known := d.expand(pattern); len(known) > 0 {
		return pick(d.random, known)
	}
	// An action that the catalogue does not know.
	prefix, name, _ := strings.Cut(pattern, ":")
	prefix, name = d.wild(prefix), d.wild(name)
	if prefix == "" || name == "" {
		return "s3:GetObject"
	}
	return prefix + ":" + name
}

// expand lists the known actions of a pattern.
func (d *drawer) expand(pattern string) []string {
	if names, ok := d.expanded[pattern]; ok {
		return names
	}
	var names []string
	actions := d.catalog.Expand(pattern)
	for i := 0; i < len(actions); i += 1 + len(actions)/maxActions {
		names = append(names, actions[i].Name())
	}
	d.expanded[pattern] = names
	return names
}

// wild puts words for stars and letters for question marks.
func (d *drawer) wild(text string) string {
	if !strings.ContainsAny(text, "*?") {
		return text
	}
	var b strings.Builder
	for _, c := range text {
		switch c {
		case '*':
			b.WriteString(d.word())
		case '?':
			b.WriteByte('x')
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// resourceOf is a resource that the statement covers. Where the statement
// stands in the policy of a resource, attached is that resource, and decides.
func (d *drawer) resourceOf(st *model.Statement, a *asked, attached string) string {
	pattern := ""
	if st.HasResource && len(st.Resources) > 0 && !st.NotResource {
		pattern = pick(d.random, st.Resources)
	}
	switch {
	case attached != "" && (pattern == "" || pattern == "*" || !strings.HasPrefix(pattern, attached)):
		return attached
	case pattern == "" || strings.Trim(pattern, "*") == "":
		return d.typical(a)
	}
	text := d.substitute(pattern, a)
	fields := strings.SplitN(text, ":", 6)
	if len(fields) < 6 {
		return d.typical(a)
	}
	service, _, _ := strings.Cut(a.action, ":")
	for i, instead := range []string{"arn", "aws", service, pick(d.random, regions), a.caller.Account} {
		if strings.ContainsAny(fields[i], "*?") {
			fields[i] = instead
		}
	}
	if account := fields[4]; account != "" && account != "aws" && !model.IsAccountID(account) {
		fields[4] = a.caller.Account
	}
	fields[5] = d.wild(fields[5])
	return strings.Join(fields, ":")
}

// typical is a resource of the kind that the action works on, with a name
// that no pattern knows; "*" for an action without resources.
func (d *drawer) typical(a *asked) string {
	action, ok := d.catalog.Action(a.action)
	if !ok {
		return "*"
	}
	uses := action.Resources()
	if len(uses) == 0 {
		return "*"
	}
	format := uses[0].Type.ARNFormat()
	format = strings.NewReplacer("${Partition}", "aws", "${Region}", pick(d.random, regions), "${Account}", a.caller.Account).Replace(format)
	for {
		start := strings.Index(format, "${")
		if start < 0 {
			break
		}
		end := strings.IndexByte(format[start:], '}')
		if end < 0 {
			return "*"
		}
		format = format[:start] + d.word() + format[start+end+1:]
	}
	format = d.wild(format)
	if arn, err := model.ParseARN(format); err != nil || arn.Account != "" && arn.Account != "aws" && !model.IsAccountID(arn.Account) {
		return "*"
	}
	return format
}

// substitute puts the caller's values for policy variables, and words for
// those that are about something else.
func (d *drawer) substitute(pattern string, a *asked) string {
	if !strings.Contains(pattern, "${") {
		return pattern
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(pattern, "${")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return b.String() + d.word()
		}
		b.WriteString(d.value(name, a))
		pattern = after
	}
}

// value is the value of a policy variable of the caller.
func (d *drawer) value(name string, a *asked) string {
	name, fallback, _ := strings.Cut(name, ",")
	key := strings.ToLower(strings.TrimSpace(name))
	switch {
	case key == "*" || key == "?" || key == "$":
		return key
	case key == "aws:username" && a.caller.Kind == inventory.User:
		return a.caller.Name
	case key == "aws:principalaccount":
		return a.caller.Account
	case strings.HasPrefix(key, "aws:principaltag/"):
		for _, tag := range slices.Sorted(maps.Keys(a.caller.Tags)) {
			if strings.EqualFold(tag, key[len("aws:principaltag/"):]) {
				return a.caller.Tags[tag]
			}
		}
	}
	if text := strings.Trim(fallback, " '"); text != "" {
		return text
	}
	return d.word()
}
