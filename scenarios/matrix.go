package scenarios

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"iamsim/eval"
	"iamsim/internal/wildcard"
	"iamsim/model"
	"iamsim/model/catalog"
)

// Matrix chooses the requests of an AccessSnapshot: every principal with every
// action on every resource that the action takes.
type Matrix struct {
	// Files are what exists. Suites name suites, and folders of them, that fill
	// in whichever of the three lists below is empty. All are relative to the
	// folder of the snapshot's file.
	Files, Suites []string
	// Principals are as in model.Request, or patterns over the users and roles
	// that exist: of an ARN, or of the part of it that begins with user/ or
	// role/. One that begins with '!' takes out what it matches. Empty without
	// suites means all users and roles.
	Principals []string
	// Actions may hold wildcards, which the catalogue expands.
	Actions []string
	// Resources are ARNs, "*", or patterns over the ARNs of declared resources.
	// A pattern that none fits is asked on as it stands. Empty without suites
	// means all declared resources.
	Resources []string
}

// maxAnswers bounds a snapshot: some hundred bytes each, they are held in memory.
const maxAnswers = 5_000_000

// Answers puts the requests of the matrix to an engine and returns a line for
// each, sorted. suites are those that the matrix names. parallel and progress
// are as in RunOptions. The error says which part of the matrix cannot be used.
func (m *Matrix) Answers(ctx context.Context, engine *eval.Engine, suites []*Suite, parallel int, progress func(done, total int)) ([]AccessLine, error) {
	principals, err := m.principals(engine, suites)
	if err != nil {
		return nil, err
	}
	pairs, err := m.pairs(engine, suites)
	if err != nil {
		return nil, err
	}
	if len(principals)*len(pairs) > maxAnswers {
		return nil, fmt.Errorf("%d principals and %d pairs of an action and a resource are more than %d requests; choose fewer", len(principals), len(pairs), maxAnswers)
	}
	lines := make([]AccessLine, len(principals)*len(pairs))
	run := &running{ctx: ctx, options: RunOptions{Parallel: parallel, Progress: progress}}
	run.each(len(principals), func(i int) {
		if ctx.Err() != nil {
			return
		}
		for j, pair := range pairs {
			lines[i*len(pairs)+j] = accessLine(engine, principals[i], pair)
		}
		run.tell(len(principals))
	})
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("the run was interrupted")
	}
	slices.SortFunc(lines, AccessLine.compare)
	return lines, nil
}

// accessLine asks one question.
func accessLine(engine *eval.Engine, principal string, p pair) AccessLine {
	line := AccessLine{Principal: principal, Action: p.action, Resource: p.resource}
	d, err := engine.Decide(model.Request{Principal: principal, Action: p.action, Resource: p.resource})
	switch err.(type) {
	case nil:
		line.Answer, line.Detail = d.Result().String(), d.Reason.String()
		if d.FarSide {
			line.Detail += " " + ifFarSideAllows
		}
	case *eval.UnansweredError:
		line.Answer, line.Detail = answerUnanswered, word(err.Error())
	default:
		line.Answer, line.Detail = answerError, word(err.Error())
	}
	return line
}

const (
	answerUnanswered = "unanswered"
	// ifFarSideAllows marks an answer that holds only if an account that is not known allows the request.
	ifFarSideAllows = "ifFarSideAllows"
)

// chosen returns the distinct texts of a list or, where it is empty, those that the suites' scenarios have.
func chosen(list []string, suites []*Suite, of func(*Scenario) []string) []string {
	if len(list) == 0 {
		for _, suite := range suites {
			for _, s := range suite.Scenarios {
				list = append(list, of(s)...)
			}
		}
	}
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

func (m *Matrix) principals(engine *eval.Engine, suites []*Suite) ([]string, error) {
	wanted := chosen(m.Principals, suites, func(s *Scenario) []string {
		if s.Principal == "" || len(s.Via) > 0 {
			return nil
		}
		return []string{s.Principal}
	})
	takes := slices.DeleteFunc(slices.Clone(wanted), func(text string) bool { return strings.HasPrefix(text, "!") })
	if len(takes) == 0 && (len(m.Suites) == 0 || len(wanted) > 0) {
		takes = []string{everyPrincipal}
	}
	found := map[string]bool{}
	for _, text := range takes {
		list, err := matchingPrincipals(engine, text)
		if err != nil {
			return nil, err
		}
		for _, name := range list {
			found[name] = true
		}
	}
	for _, text := range wanted {
		if not, ok := strings.CutPrefix(text, "!"); ok {
			list, err := matchingPrincipals(engine, not)
			if err != nil {
				return nil, err
			}
			for _, name := range list {
				delete(found, name)
			}
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no principal is chosen")
	}
	return sortedKeys(found), nil
}

// everyPrincipal is the pattern that all users and roles fit.
const everyPrincipal = "arn:*"

// matchingPrincipals lists the users and roles that a pattern fits. A name
// that is no pattern stands for the entity that it fits, else for itself; so
// does "*", the anonymous caller.
func matchingPrincipals(engine *eval.Engine, text string) ([]string, error) {
	if text == "*" || !strings.ContainsAny(text, "*?") {
		if found := engine.Snapshot().FindPrincipals(text); len(found) == 1 {
			return []string{found[0].ARN}, nil
		}
		return []string{text}, nil
	}
	pattern, err := wildcard.Compile(text)
	if err != nil {
		return nil, fmt.Errorf("principal %q: %w", text, err)
	}
	var list []string
	for p := range engine.Snapshot().Principals() {
		_, short, _ := strings.Cut(p.ARN, ":"+p.Account+":")
		if pattern.Match(p.ARN) || pattern.Match(short) {
			list = append(list, p.ARN)
		}
	}
	if len(list) == 0 && text != everyPrincipal {
		return nil, fmt.Errorf("no user or role fits the principal %q", text)
	}
	return list, nil
}

// pair is an action with a resource.
type pair struct{ action, resource string }

func (m *Matrix) pairs(engine *eval.Engine, suites []*Suite) ([]pair, error) {
	resources, err := m.resources(engine, suites)
	if err != nil {
		return nil, err
	}
	known := engine.Options().Catalog
	var pairs []pair
	for _, text := range chosen(m.Actions, suites, func(s *Scenario) []string { return s.Actions }) {
		actions := []string{text}
		if strings.ContainsAny(text, "*?") {
			if actions = expanded(known, text); len(actions) == 0 {
				return nil, fmt.Errorf("no action that the catalogue knows fits %q", text)
			}
		}
		before := len(pairs)
		for _, action := range actions {
			for _, resource := range taken(known, action, resources) {
				pairs = append(pairs, pair{action, resource})
			}
		}
		if len(pairs) == before {
			return nil, fmt.Errorf("%s takes none of the resources that are chosen", text)
		}
	}
	if len(pairs) == 0 {
		return nil, fmt.Errorf("no action is chosen")
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		return strings.Compare(a.action+"\x00"+a.resource, b.action+"\x00"+b.resource)
	})
	return slices.Compact(pairs), nil
}

func (m *Matrix) resources(engine *eval.Engine, suites []*Suite) ([]string, error) {
	wanted := chosen(m.Resources, suites, func(s *Scenario) []string { return s.Resources })
	var declared, list []string
	for r := range engine.Snapshot().Resources() {
		declared = append(declared, r.ARN)
	}
	if len(wanted) == 0 {
		return declared, nil
	}
	for _, text := range wanted {
		if text == "*" || !strings.ContainsAny(text, "*?") {
			list = append(list, text)
			continue
		}
		pattern, err := wildcard.Compile(text)
		if err != nil {
			return nil, fmt.Errorf("resource %q: %w", text, err)
		}
		before := len(list)
		for _, arn := range declared {
			if pattern.Match(arn) {
				list = append(list, arn)
			}
		}
		if len(list) == before {
			list = append(list, text)
		}
	}
	if len(m.Resources) == 0 {
		// Scenarios without a resource say "*", which is no choice for other actions.
		list = slices.DeleteFunc(list, func(text string) bool { return text == "*" })
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

func expanded(c *catalog.Catalog, text string) []string {
	if c == nil {
		return nil
	}
	var list []string
	for _, action := range c.Expand(text) {
		list = append(list, action.Name())
	}
	return list
}

// taken returns the resources that an action is asked on: those of its own
// kinds, "*" for an action without any (B17), and all for one that the
// catalogue does not know.
func taken(c *catalog.Catalog, name string, resources []string) []string {
	if c == nil {
		return resources
	}
	action, ok := c.Action(name)
	switch {
	case !ok:
		return resources
	case !action.TakesResource():
		return []string{"*"}
	}
	var list []string
	for _, r := range resources {
		if r == "*" || action.MayTake(r) || len(action.FittingTypes(r)) > 0 {
			list = append(list, r)
		}
	}
	return list
}
