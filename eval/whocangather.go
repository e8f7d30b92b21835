package eval

import (
	"math/bits"
	"slices"

	"iamsim/conditions"
)

// bitset is a set of principals by their numbers.
type bitset []uint64

func (b bitset) add(members []uint32) {
	for _, m := range members {
		b[m>>6] |= 1 << (m & 63)
	}
}

func (b bitset) has(m uint32) bool { return b[m>>6]&(1<<(m&63)) != 0 }

// search finds the principals that can, or have to be decided by themselves.
func (r *whoRun) search() {
	q, w := r.q, &r.walk
	w.q, w.options = &q.probe.frame, &q.engine.options
	w.env = &conditions.Env{Context: q.base, Options: q.engine.options.Options, ThreeValued: true}
	w.walk()
	r.gather()
	for n := range r.allowed {
		word := r.allowed[n] | r.mayBeAllowed[n] | r.single[n] | r.others[n]
		for ; word != 0; word &= word - 1 {
			r.consider(uint32(n*64 + bits.TrailingZeros64(word)))
		}
	}
}

// gather collects the candidates.
func (r *whoRun) gather() {
	q, w, x := r.q, &r.walk, r.q.index
	r.restrict()
	for _, set := range w.touched {
		said, has := w.said[set], &x.sets[set]
		if !r.matters(has) {
			continue
		}
		switch said.allow() {
		case conditions.True:
			r.add(r.allowed, has.members)
		case conditions.Unknown:
			r.add(r.mayBeAllowed, has.members)
		}
		switch said.deny() {
		case conditions.True:
			r.add(r.denied, has.members)
		case conditions.Unknown:
			r.add(r.mayBeDenied, has.members)
		}
	}
	r.single.add(x.incomplete)
	r.single.add(q.named.principals)
	everybody := q.always() || q.engine.options.Strict
	for i := range x.classes {
		if c := &x.classes[i]; everybody || q.named.everyone && c.account == q.probe.target.account {
			r.others.add(c.members)
		}
	}
}

// restrict finds the accounts that matter.
func (r *whoRun) restrict() {
	r.accounts = r.accounts[:0]
	for _, a := range r.q.index.accounts {
		if !r.q.reaches(a.partition, a.account) {
			continue
		}
		if n := len(r.accounts); n > 0 && r.accounts[n-1].to == a.from {
			r.accounts[n-1].to = a.to
		} else {
			r.accounts = append(r.accounts, a)
		}
	}
}

// matters reports whether members of a set might belong to an account that matters.
func (r *whoRun) matters(set *whoSet) bool {
	for _, a := range r.accounts {
		if set.first < a.to && set.last >= a.from {
			return true
		}
	}
	return false
}

// add adds those members who belong to an account that matters.
func (r *whoRun) add(to bitset, members []uint32) {
	for _, a := range r.accounts {
		if len(members) == 0 {
			return
		}
		if members[0] < a.from {
			from, _ := slices.BinarySearch(members, a.from)
			members = members[from:]
		}
		end := len(members)
		if end > 0 && members[end-1] >= a.to {
			end, _ = slices.BinarySearch(members, a.to)
		}
		to.add(members[:end])
		members = members[end:]
	}
}

// reaches reports whether principals of an account might do what is asked
// about other than by being named themselves.
func (q *WhoQuery) reaches(partition, account string) bool {
	t := &q.probe.target
	switch {
	case q.probe.resource != "*" && t.arn.Partition != partition:
		return false
	case q.ownedByCaller, account == t.account, t.far, q.always():
		return true
	}
	// E50: across accounts the resource's policy must name the caller, or its account.
	return q.named.lets(account)
}

// always reports whether the call is one that no policy can refuse (E70).
func (q *WhoQuery) always() bool {
	p := q.probe
	return p.service == "sts" && (p.operation == "getcalleridentity" || p.operation == "getsessiontoken")
}
