package chain

import (
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
	maxTagKey      = 128
	maxTagValue    = 256
	maxExternalID  = 1224
	maxUserName    = 32
	maxSessionName = 64
)

var (
	sessionNameText = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)
	federatedName   = regexp.MustCompile(`^[\w+=,.@-]{2,32}$`)
	externalIDText  = regexp.MustCompile(`^[\w+=,.@:/-]{2,1224}$`)
	tagText         = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)
)

// broken is a fixed rule that a call violates.
type broken struct{ rule, text string }

// precondition returns the rule of STS that the call violates whatever
// policies say (E6A, E68); nil if none.
func (w *walk) precondition(h *Hop, q *eval.Query, step *Step) *broken {
	for _, check := range []func(*Hop) *broken{w.names, w.tags, w.transitive, w.identity} {
		if b := check(h); b != nil {
			return b
		}
	}
	return duration(h, q, step)
}

func (w *walk) names(h *Hop) *broken {
	switch {
	case assumes(h) && !sessionNameText.MatchString(h.sessionName()):
		return &broken{"E68", fmt.Sprintf("the session name %q is not made of 2 to %d letters, digits and _+=,.@-", h.sessionName(), maxSessionName)}
	case h.action() == GetFederationToken && !federatedName.MatchString(h.Name):
		return &broken{"E68", fmt.Sprintf("the federated user's name %q is not made of 2 to %d letters, digits and _+=,.@-", h.Name, maxUserName)}
	case h.ExternalID != "" && !externalIDText.MatchString(h.ExternalID):
		return &broken{"E68", fmt.Sprintf("the external id %q is not made of 2 to %d letters, digits and _+=,.@:/-", h.ExternalID, maxExternalID)}
	case h.SourceIdentity != "" && !sessionNameText.MatchString(h.SourceIdentity):
		return &broken{"E68", fmt.Sprintf("the source identity %q is not made of 2 to %d letters, digits and _+=,.@-", h.SourceIdentity, maxSessionName)}
	}
	return nil
}

func (w *walk) tags(h *Hop) *broken {
	if len(h.Tags) > maxTags {
		return &broken{"E68", fmt.Sprintf("%d session tags are passed; at most %d are allowed", len(h.Tags), maxTags)}
	}
	seen := map[string]string{}
	for _, key := range sorted(h.Tags) {
		value := h.Tags[key]
		folded := strings.ToLower(key)
		switch other, twice := seen[folded]; {
		case twice:
			return &broken{"E68", fmt.Sprintf("the tag keys %q and %q differ in case alone", other, key)}
		case key == "" || len([]rune(key)) > maxTagKey || !tagText.MatchString(key) || strings.HasPrefix(folded, "aws:"):
			return &broken{"E68", fmt.Sprintf("%q is no tag key", key)}
		case len([]rune(value)) > maxTagValue || !tagText.MatchString(value):
			return &broken{"E68", fmt.Sprintf("the value of the tag %q is no tag value", key)}
		}
		seen[folded] = key
		for inherited := range w.inherited {
			if strings.EqualFold(inherited, key) {
				return &broken{"E68", fmt.Sprintf("the tag %q is inherited as transitive and cannot be passed again", inherited)}
			}
		}
	}
	return nil
}

func (w *walk) transitive(h *Hop) *broken {
	for _, key := range h.TransitiveTagKeys {
		if !slices.ContainsFunc(sorted(h.Tags), func(tag string) bool { return strings.EqualFold(tag, key) }) {
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

// duration checks how long the session is to last, and notes what is not known of the role.
func duration(h *Hop, q *eval.Query, step *Step) *broken {
	most, why := tokenDuration, h.action()+" allows"
	switch {
	case assumes(h):
		var told bool
		if most, told = q.MaxSessionDuration(); !told {
			most = defaultDuration
			if h.Duration > 0 {
				step.Notes = append(step.Notes, "the role's maximal session duration is not known and taken as "+seconds(most))
			}
		}
		why = "the role allows"
		if q.RoleSession() && most > chainedDuration {
			most, why = chainedDuration, "a role session may ask for"
		}
	case q.RootUser():
		most, why = rootTokenDuration, "the root user may ask for"
	}
	switch {
	case h.Duration == 0:
		return nil
	case h.Duration < minDuration:
		return &broken{"E6A", "a session of " + seconds(h.Duration) + " is asked for; the least is " + seconds(minDuration)}
	case h.Duration > most:
		return &broken{"E6A", "a session of " + seconds(h.Duration) + " is asked for; " + why + " at most " + seconds(most)}
	}
	return nil
}

func seconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) + " s" }

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
