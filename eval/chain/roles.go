package chain

import (
	"regexp"
	"strconv"
	"strings"

	"iamsim/eval"
	"iamsim/model"
	"iamsim/model/inventory"
)

var (
	roleNameText = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)
	rolePathText = regexp.MustCompile(`^[!-)+->@-~]+$`) // printable, without the wildcards * and ?
)

const serviceLinkedPath = "role/aws-service-role/"

// role resolves the role to assume, which may be a short name.
func (w *walk) role(name string) (string, error) {
	if strings.HasPrefix(name, "arn:") {
		return name, w.checkRole(name)
	}
	var roles, names []string
	for _, p := range w.engine.Snapshot().FindPrincipals(name) {
		if p.Kind == inventory.Role {
			roles = append(roles, p.ARN)
		}
	}
	switch len(roles) {
	case 1:
		return roles[0], nil
	case 0:
		arns := map[string]string{}
		for p := range w.engine.Snapshot().Principals() {
			if p.Kind == inventory.Role {
				names = append(names, p.Name)
				arns[p.Name] = p.ARN
			}
		}
		err := &eval.RequestError{Field: "role", Message: "no role is called " + strconv.Quote(name), Hint: "give its ARN"}
		if near, ok := model.Suggest(name[strings.LastIndexByte(name, '/')+1:], names); ok {
			err.Hint = "did you mean " + arns[near] + "?"
		}
		return "", err
	}
	return "", &eval.RequestError{Field: "role", Message: "several roles are called " + strconv.Quote(name), Hint: "give its ARN", Candidates: roles}
}

// checkRole refuses an ARN that no role can have. Of a role that was read only
// the ARN is compared, so the checks are for those of which nothing is known.
func (w *walk) checkRole(name string) error {
	if _, declared := w.engine.Snapshot().Principal(name); declared {
		return nil
	}
	refuse := func(why string) error {
		return &eval.RequestError{Field: "role", Message: strconv.Quote(name) + " names no role: " + why, Hint: "a role's ARN is arn:aws:iam::ACCOUNT:role/PATH/NAME"}
	}
	arn, err := model.ParseARN(name)
	if err != nil {
		return &eval.RequestError{Field: "role", Message: err.Error()}
	}
	path := strings.Split(arn.Resource, "/")
	switch {
	case arn.Service != "iam" || path[0] != "role":
		return refuse("it is the ARN of something else")
	case arn.Region != "" || !model.IsAccountID(arn.Account):
		return refuse("it has no region, and an account of 12 digits")
	case len(path) < 2 || !roleNameText.MatchString(path[len(path)-1]):
		return refuse("a name is 1 to 64 letters, digits and _+=,.@-")
	}
	for _, part := range path[1 : len(path)-1] {
		if !rolePathText.MatchString(part) {
			return refuse("its path has an empty part, or characters that no path has")
		}
	}
	if rest, linked := strings.CutPrefix(arn.Resource, serviceLinkedPath); linked {
		if service, _, _ := strings.Cut(rest, "/"); service != w.caller.Principal {
			return &eval.RequestError{Field: "role", Message: strconv.Quote(name) + " is a service-linked role, which its service alone assumes"}
		}
	}
	return nil
}
