package chain

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"iamsim/conditions"
	"iamsim/model"
)

// valid reports whether a value can occur under a key: a condition is not
// met by what no request carries.
func valid(key string, value conditions.Value) bool {
	info, known := conditions.LookupKey(key)
	texts := value.Texts()
	return len(texts) > 0 && !slices.ContainsFunc(texts, func(text string) bool {
		return text == "" && !mayBeEmpty(key) || known && !possible(key, info.Type, text)
	})
}

// mayBeEmpty reports whether a request can carry a key with an empty text:
// the value of a tag, and what the client says of itself.
func mayBeEmpty(key string) bool {
	folded := conditions.FoldKey(key)
	return strings.HasPrefix(folded, conditions.FoldKey(requestTag)) || strings.HasPrefix(folded, principalTag) ||
		folded == "aws:useragent" || folded == "aws:referer"
}

func possible(key string, kind conditions.KeyType, text string) bool {
	folded := conditions.FoldKey(key)
	if strings.HasPrefix(folded, conditions.FoldKey(requestTag)) || strings.HasPrefix(folded, principalTag) {
		return len([]rune(text)) <= maxTagValue && tagText.MatchString(text)
	}
	switch folded {
	case conditions.FoldKey(keyExternalID):
		return externalIDText.MatchString(text)
	case conditions.FoldKey(keySessionName), conditions.FoldKey(keySourceIdentity), "aws:sourceidentity", keyCallerSession:
		return sessionNameText.MatchString(text)
	case keyUserID, keyProvider:
		return true
	case conditions.FoldKey(keyDuration):
		_, err := strconv.Atoi(text)
		return err == nil
	}
	switch kind {
	case conditions.IP:
		_, err := netip.ParseAddr(text)
		return err == nil
	case conditions.Bool:
		return text == "true" || text == "false"
	case conditions.Numeric:
		_, err := strconv.ParseFloat(text, 64)
		return err == nil
	case conditions.Date:
		_, ok := conditions.Instant(text)
		return ok
	case conditions.ARN:
		_, err := model.ParseARN(text)
		return err == nil
	}
	return true
}
