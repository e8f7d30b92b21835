// Package diff compares two sets of policies exactly: is there a request that
// one of them allows and the other does not? Every answer is a witness, a
// concrete request that the engines of package eval have decided.
//
// # How to ask
//
// Compare takes two Sides, each an eval.Engine, and Options that narrow the
// question down, and returns a Result: the Differences by groups of principals
// that change alike, and the Gaps, which are what could not be compared. While
// there are Gaps, no Differences does not mean that there are none.
//
//	result, err := diff.Compare(diff.Side{Engine: old}, diff.Side{Engine: new}, diff.Options{})
//	result.Opened()                       // the new side allows more
//	result.Groups[0].Differences[0].Request // a witness
//
// # How it is exact
//
// What a request may be is cut into classes within which both engines decide
// alike: callers, actions, resources, and the values of condition keys. The
// patterns of both sides decide where to cut, through automata over all of
// them at once (wildcard.Joint, conditions.Classes). One request of every
// class is decided from the facts which statements of the engine's own layers
// apply, through the engine's own combinator (eval.Parts): three-valued, so
// that a class which no further key can change is not cut any finer.
//
// # What is not searched
//
// Requests that the package takes no request to be: aws:SourceIp beside a key
// of a VPC endpoint, aws:CalledVia where no service makes the request, a
// second factor's age without a second factor. Keys that come with every
// request are never absent. With a catalogue, an action is asked on resources
// of its own kinds alone, and on "*" only if it takes no resource or its one
// kind is not required; actions that the catalogue does not know are asked
// where no known action is listed by the same statements. A role is asked as its session named "session", with
// any tags, second factor and source identity that such a session may have.
package diff
