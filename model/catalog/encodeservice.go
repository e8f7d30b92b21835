package catalog

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

func (e *encoder) encodeServices() error {
	beforePrefix, beforeName := "", ""
	for _, s := range sortedBy(e.data.Services, func(s ServiceData) string { return s.Prefix }) {
		e.services = appendText(e.services, beforePrefix, s.Prefix)
		e.services = appendText(e.services, beforeName, s.Name)
		beforePrefix, beforeName = s.Prefix, s.Name
		keys := make([]string, len(s.Keys))
		for i, k := range s.Keys {
			keys[i] = k.Name
		}
		rcp := uint32(0)
		if s.RCP {
			rcp = 1
		}
		one := serviceEncoder{encoder: e, service: s, keys: map[string]bool{}}
		for _, k := range keys {
			one.keys[foldText(k)] = true
		}
		list, err := one.keyList(keys)
		if err != nil {
			return err
		}
		e.serviceNumbers(rcp, list)
		if err := one.encodeTypes(); err != nil {
			return fmt.Errorf("service %q: %w", s.Prefix, err)
		}
		if err := one.encodeActions(); err != nil {
			return fmt.Errorf("service %q: %w", s.Prefix, err)
		}
	}
	return nil
}

func (e *encoder) serviceNumbers(numbers ...uint32) {
	for _, n := range numbers {
		e.services = binary.AppendUvarint(e.services, uint64(n))
	}
}

type serviceEncoder struct {
	*encoder
	service ServiceData
	keys    map[string]bool // folded
	types   []TypeData
}

func (e *serviceEncoder) encodeTypes() error {
	e.types = sortedBy(e.service.Types, func(t TypeData) string { return t.Name })
	continued := continuedFormats(e.types)
	e.serviceNumbers(uint32(len(e.types)))
	beforeName, beforeFormat := "", ""
	for _, t := range e.types {
		list, err := e.keyList(t.Keys)
		if err != nil {
			return fmt.Errorf("resource type %q: %w", t.Name, err)
		}
		slashless := uint32(0)
		for i, one := range strings.Split(t.ARN, betweenFormats) {
			if shape := formatShape(one); i < alternativeLimit && strings.HasSuffix(shape, shapeMark) && continued[shape] {
				slashless |= 1 << i
			}
		}
		e.services = appendText(e.services, beforeName, t.Name)
		e.services = appendText(e.services, beforeFormat, t.ARN)
		e.serviceNumbers(slashless, list)
		beforeName, beforeFormat = t.Name, t.ARN
	}
	return nil
}

// shapeMark stands for any placeholder in the shape of a format.
const shapeMark = "\x00"

func formatShape(format string) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if n := placeholder(format[i:]); n > 0 {
			b.WriteString(shapeMark)
			i += n - 1
		} else {
			b.WriteByte(format[i])
		}
	}
	return b.String()
}

// continuedFormats returns the shapes, up to a placeholder, that formats of the
// service continue with a '/'. A name that stands in such a place holds none
// itself, or the two types could not be told apart.
func continuedFormats(types []TypeData) map[string]bool {
	continued := map[string]bool{}
	for _, t := range types {
		for _, one := range strings.Split(t.ARN, betweenFormats) {
			shape := formatShape(one)
			for i := 0; i+1 < len(shape); i++ {
				if shape[i:i+1] == shapeMark && shape[i+1] == '/' {
					continued[shape[:i+1]] = true
				}
			}
		}
	}
	return continued
}

func (e *serviceEncoder) encodeActions() error {
	actions := sortedBy(e.service.Actions, func(a ActionData) string { return a.Name })
	e.serviceNumbers(uint32(len(actions)))
	before := ""
	for _, a := range actions {
		uses, err := e.useList(a.Resources)
		if err != nil {
			return fmt.Errorf("action %q: %w", a.Name, err)
		}
		keys, err := e.keyList(a.Keys)
		if err != nil {
			return fmt.Errorf("action %q: %w", a.Name, err)
		}
		e.services = appendText(e.services, before, a.Name)
		e.serviceNumbers(e.levels.place(appendTexts(nil, a.AccessLevels)), uses, keys, e.dependentList(a.DependentActions))
		e.numActions++
		e.namesLength += len(e.service.Prefix) + len(":") + len(a.Name)
		before = a.Name
	}
	return nil
}

// useList encodes the resource types of an action. A type that is named twice
// becomes one use with what both have.
func (e *serviceEncoder) useList(uses []UseData) (uint32, error) {
	merged := map[string]UseData{}
	for _, u := range uses {
		m := merged[foldText(u.Type)]
		m.Required = m.Required || u.Required
		m.Keys = append(slices.Clip(m.Keys), u.Keys...)
		m.DependentActions = append(slices.Clip(m.DependentActions), u.DependentActions...)
		merged[foldText(u.Type)] = m
		if !slices.ContainsFunc(e.types, func(t TypeData) bool { return equalFold(t.Name, u.Type) }) {
			return 0, fmt.Errorf("the service has no resource type %q", u.Type)
		}
	}
	var all []uint32
	for local, t := range e.types {
		u, ok := merged[foldText(t.Name)]
		if !ok {
			continue
		}
		keys, err := e.keyList(u.Keys)
		if err != nil {
			return 0, fmt.Errorf("resource type %q: %w", t.Name, err)
		}
		head := uint64(local) << 1
		if u.Required {
			head |= 1
		}
		encoded := binary.AppendUvarint(nil, head)
		encoded = binary.AppendUvarint(encoded, uint64(keys))
		encoded = binary.AppendUvarint(encoded, uint64(e.dependentList(u.DependentActions)))
		all = append(all, e.uses.place(encoded))
	}
	return e.useLists.place(appendNumbers(nil, all)), nil
}

// keyList encodes a set of keys of the service.
func (e *serviceEncoder) keyList(names []string) (uint32, error) {
	places := make([]uint32, 0, len(names))
	for _, n := range names {
		if !e.keys[foldText(n)] {
			return 0, fmt.Errorf("%q is not among the keys of the service", n)
		}
		places = append(places, e.keyPlaces[foldText(n)])
	}
	slices.Sort(places)
	return e.keyLists.place(appendRising(nil, slices.Compact(places))), nil
}

// dependentList encodes a set of actions.
func (e *encoder) dependentList(names []string) uint32 {
	places := make([]uint32, 0, len(names))
	for _, n := range names {
		i, _ := slices.BinarySearchFunc(e.dependents, n, compareFold)
		places = append(places, uint32(i))
	}
	slices.Sort(places)
	return e.actionLists.place(appendRising(nil, slices.Compact(places)))
}

func appendNumbers(out []byte, numbers []uint32) []byte {
	out = binary.AppendUvarint(out, uint64(len(numbers)))
	for _, n := range numbers {
		out = binary.AppendUvarint(out, uint64(n))
	}
	return out
}
