package conditions

import (
	"fmt"
	"slices"
	"strings"

	"iamsim/internal/spelling"
)

const (
	// nearLimit is the number of changed letters up to which a name counts as
	// a misspelling of another.
	nearLimit = 3
	// nearCount is the number of names proposed.
	nearCount = 3
	// nearLength is the length of the longest name that is compared: the
	// longest operator, and the changes it may have suffered.
	nearLength = len("ForAllValues:StringNotEqualsIgnoreCaseIfExists") + nearLimit
)

// unknownOperator returns the error for a name that is no operator.
func unknownOperator(name string) error {
	near := nearOperators(name)
	if len(near) == 0 {
		return fmt.Errorf("unknown condition operator %q", name)
	}
	return fmt.Errorf("unknown condition operator %q; did you mean %s?", name, strings.Join(near, " or "))
}

// nearOperators returns the operators closest to name, with its prefix and
// suffix, nearest first. Case does not count as a difference.
func nearOperators(name string) []string {
	if len(name) > nearLength {
		return nil
	}
	type near struct {
		name     string
		distance int
	}
	var found []near
	for set := None; set <= ForAnyValue; set++ {
		for b := Base(0); b < baseCount; b++ {
			for _, suffix := range []bool{false, true} {
				op := Operator{Set: set, Base: b, IfExists: suffix}
				if suffix && b == Null {
					continue
				}
				if d, ok := spelling.Within(name, op.String(), nearLimit); ok {
					found = append(found, near{op.String(), d})
				}
			}
		}
	}
	slices.SortStableFunc(found, func(a, b near) int { return a.distance - b.distance })
	var names []string
	for _, n := range found {
		// What is farther away than the best by more than one letter would
		// only distract.
		if n.distance <= found[0].distance+1 && len(names) < nearCount {
			names = append(names, n.name)
		}
	}
	return names
}
