package chain

import (
	"strconv"
	"time"

	"iamsim/conditions"
	"iamsim/model/inventory"
)

// callContext holds the keys that the call itself carries (D.4, E63). All of
// them are known: what the hop does not pass is absent.
func (w *walk) callContext(h *Hop) *conditions.Context {
	c := h.Context.Clone()
	switch {
	case !w.mayGiveFactor() || !givesFactor(c) && w.carriesFactor():
		// What a session carries was fixed when it was made, and is derived (D21, D.3).
		c.Unset(keyFactor)
		c.Unset(keyFactorAge)
	case givesFactor(c):
		c.Set(keyFactor, "true")
	}
	text := func(key, value string) {
		if value == "" {
			c.SetAbsent(key)
			return
		}
		c.Set(key, value)
	}
	duration := ""
	if h.Duration > 0 {
		duration = strconv.FormatInt(int64(h.Duration/time.Second), 10)
	}
	text("sts:DurationSeconds", duration)
	if h.assumes() {
		text("sts:RoleSessionName", h.sessionName())
		text("sts:SourceIdentity", w.identityAfter(h))
	}
	text("sts:ExternalId", h.ExternalID)
	w.tagContext(h, c)
	for _, key := range w.engine.RequestTagKeys() {
		if !given(c, key) {
			c.SetAbsent(key)
		}
	}
	w.sessionContext(c)
	return c
}

// sessionContext says of the last hop's session what it is known not to have.
func (w *walk) sessionContext(c *conditions.Context) {
	if w.session == nil || w.session.Role == "" {
		return
	}
	if w.session.SourceIdentity == "" && !given(c, "aws:SourceIdentity") {
		c.SetAbsent("aws:SourceIdentity")
	}
	if w.session.FederatedProvider == "" && !given(c, "aws:FederatedProvider") {
		c.SetAbsent("aws:FederatedProvider")
	}
}

// given reports whether a context settles a key itself.
func given(c *conditions.Context, key string) bool {
	_, state := c.Lookup(key)
	return state != conditions.NotSupplied
}

// tagContext sets the keys of the tags that the call passes or inherits.
func (w *walk) tagContext(h *Hop, c *conditions.Context) {
	tags, transitive := map[string]string{}, append([]string(nil), h.TransitiveTagKeys...)
	if h.assumes() {
		for key, value := range w.inherited {
			tags[key] = value
		}
		transitive = append(transitive, sorted(w.inherited)...)
	}
	for key, value := range h.Tags {
		tags[key] = value
	}
	keys := sorted(tags)
	for _, key := range keys {
		if name := requestTag + key; !given(c, name) {
			c.Set(name, tags[key])
		}
	}
	c.SetList("aws:TagKeys", keys...)
	c.SetList(keyTransitive, transitive...)
}

// mayGiveFactor reports whether the caller is one who can have a second factor (E63).
func (w *walk) mayGiveFactor() bool {
	if isUser(w.caller.Principal) {
		return true
	}
	found := w.engine.Snapshot().FindPrincipals(w.caller.Principal)
	return len(found) == 1 && found[0].Kind == inventory.User
}

// carriesFactor reports whether a second factor was given when the caller's session was made.
func (w *walk) carriesFactor() bool {
	s := w.caller.Session
	return s != nil && s.MFA != nil && *s.MFA
}
