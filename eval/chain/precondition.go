package chain

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"iamsim/eval"
)

// Limits of STS calls (E6A, A60). Durations of GetFederationToken and
// GetSessionToken are those of an IAM user; the root user's end after an hour.
const (
	minDuration       = 900 * time.Second
	defaultDuration   = time.Hour
	chainedDuration   = time.Hour
	tokenDuration     = 36 * time.Hour
	defaultTokenTime  = 12 * time.Hour
	rootTokenDuration = time.Hour

	maxTags        = 50
	maxPolicyARNs  = 10
	maxTagKey      = 128
	maxTagValue    = 256
	maxExternalID  = 1224
	maxUserName    = 32
	maxSessionName = 64
)

var (
	sessionNameText = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)
	federatedName   = regexp.MustCompile(`^[\w+=,.@-]{2,32}$`)
	externalIDText  = regexp.MustCompile(`^[\w+=,.@:/-]{2,}$`)
	tagText         = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)
)

// broken is a fixed rule that a call violates.
type broken struct{ rule, text string }

// precondition returns the rule of STS that the call violates whatever
// policies say (E6A, E68); nil if none.
func (w *walk) precondition(h *Hop, q *eval.Query, step *Step) *broken {
	for _, check := range []func(*Hop) *broken{names, limits, w.tags, w.transitive, w.identity} {
		if b := check(h); b != nil {
			return b
		}
	}
	if b := factor(h, q); b != nil {
		return b
	}
	return duration(h, q, step)
}

func names(h *Hop) *broken {
	switch {
	case h.assumes() && !sessionNameText.MatchString(h.sessionName()):
		return &broken{"E68", fmt.Sprintf("the session name %q is not made of 2 to %d letters, digits and _+=,.@-", h.sessionName(), maxSessionName)}
	case h.action() == GetFederationToken && !federatedName.MatchString(h.Name):
		return &broken{"E68", fmt.Sprintf("the federated user's name %q is not made of 2 to %d letters, digits and _+=,.@-", h.Name, maxUserName)}
	case h.ExternalID != "" && (len(h.ExternalID) > maxExternalID || !externalIDText.MatchString(h.ExternalID)):
		return &broken{"E68", fmt.Sprintf("the external id %q is not made of 2 to %d letters, digits and _+=,.@:/-", h.ExternalID, maxExternalID)}
	case h.SourceIdentity != "" && !sessionNameText.MatchString(h.SourceIdentity):
		return &broken{"E68", fmt.Sprintf("the source identity %q is not made of 2 to %d letters, digits and _+=,.@-", h.SourceIdentity, maxSessionName)}
	}
	return nil
}

func limits(h *Hop) *broken {
	if len(h.PolicyARNs) > maxPolicyARNs {
		return &broken{"A60", fmt.Sprintf("%d managed session policies are passed; at most %d are allowed", len(h.PolicyARNs), maxPolicyARNs)}
	}
	return nil
}

// tags counts inherited tags as well, since the session that is made has them
// too: whether AWS does is not documented, and this reading is the stricter.
func (w *walk) tags(h *Hop) *broken {
	count := len(h.Tags)
	if h.assumes() {
		count += len(w.inherited)
	}
	if count > maxTags {
		return &broken{"E68", fmt.Sprintf("%d session tags are passed or inherited; at most %d are allowed", count, maxTags)}
	}
	seen := map[string]string{}
	for _, key := range sorted(h.Tags) {
		value := h.Tags[key]
		folded := strings.ToLower(key)
		switch other, twice := seen[folded]; {
		case twice:
			return &broken{"E68", fmt.Sprintf("the tag keys %q and %q differ in case alone", other, key)}
		case key == "" || len([]rune(key)) > maxTagKey || !tagText.MatchString(key) || strings.HasPrefix(folded, "aws:"):
			return &broken{"E68", fmt.Sprintf("%q is no tag key: one is 1 to %d letters, digits, spaces and _.:/=+-@, and does not begin with aws:", key, maxTagKey)}
		case len([]rune(value)) > maxTagValue || !tagText.MatchString(value):
			return &broken{"E68", fmt.Sprintf("the value of the tag %q is no tag value: one is at most %d letters, digits, spaces and _.:/=+-@", key, maxTagValue)}
		}
		seen[folded] = key
		for _, inherited := range sorted(w.inherited) {
			if strings.EqualFold(inherited, key) {
				return &broken{"E68", fmt.Sprintf("the tag %q is inherited as transitive and cannot be passed again", inherited)}
			}
		}
	}
	return nil
}

func (w *walk) transitive(h *Hop) *broken {
	keys := sorted(h.Tags)
	for _, key := range h.TransitiveTagKeys {
		if !slices.ContainsFunc(keys, func(tag string) bool { return strings.EqualFold(tag, key) }) {
			return &broken{"E68", fmt.Sprintf("the transitive key %q is not among the tags that are passed", key)}
		}
	}
	return nil
}

func (w *walk) identity(h *Hop) *broken {
	if w.sourceIdentity != "" && h.SourceIdentity != "" && h.SourceIdentity != w.sourceIdentity {
		return &broken{"E68", fmt.Sprintf("the source identity is %q and cannot be changed to %q", w.sourceIdentity, h.SourceIdentity)}
	}
	return nil
}

// factor refuses a second factor that the caller cannot give: the parameters
// of the call name a device of an IAM user (E63).
func factor(h *Hop, q *eval.Query) *broken {
	if isUser(q.Principal()) || !givesFactor(h.Context) {
		return nil
	}
	return &broken{"E63", "the caller has no second factor that it could give with the call; none but a user has"}
}

// duration checks how long the session is to last, and notes what is not known of the role.
func duration(h *Hop, q *eval.Query, step *Step) *broken {
	if h.Duration == 0 {
		return nil
	}
	most, why, known := longest(h, q)
	if !known {
		step.Notes = append(step.Notes, why)
	}
	switch {
	case h.Duration < minDuration:
		return &broken{"E6A", "a session of " + seconds(h.Duration) + " is asked for; the least is " + seconds(minDuration)}
	case h.Duration > most:
		return &broken{"E6A", "a session of " + seconds(h.Duration) + " is asked for; the most is " + seconds(most) + ": " + why}
	}
	return nil
}

// longest returns the longest session that the call may ask for, and why;
// known is false where the role's own limit had to be assumed.
func longest(h *Hop, q *eval.Query) (most time.Duration, why string, known bool) {
	if !h.assumes() {
		if q.RootUser() {
			return rootTokenDuration, "credentials of the root user last an hour at most", true
		}
		return tokenDuration, "the limit of " + h.action(), true
	}
	most, known = q.MaxSessionDuration()
	why = "the role's MaxSessionDuration"
	if !known {
		most, why = defaultDuration, "the role's MaxSessionDuration is not known and taken as "+seconds(defaultDuration)
	}
	if q.RoleSession() && most >= chainedDuration {
		return chainedDuration, "the caller is a role session itself", true
	}
	return most, why, known
}

func seconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) + " s" }

func sorted[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
