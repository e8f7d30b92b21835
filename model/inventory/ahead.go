package inventory

import (
	"runtime"
	"slices"
	"strings"
	"sync"

	"iamsim/internal/source"
	"iamsim/model"
)

// use is a document as one kind of policy.
type use struct {
	document *source.Node
	kind     model.PolicyKind
}

// outcome is what reading a use gave.
type outcome struct {
	use
	policy *model.Policy
	found  []model.Diagnostic
}

const (
	// aheadSize is how many elements' documents are read at once.
	aheadSize = 512
	// aheadLeast is the number of elements from which that pays.
	aheadLeast = 64
)

// ahead handles the elements of a list one after the other, while their
// documents, which uses lists, are read on all cores. What handling an element
// reads besides, or does not ask for, does no harm.
func ahead[E any](r *reader, list []E, uses func(element E, add func(*source.Node, model.PolicyKind)), handle func(E)) {
	if len(list) < aheadLeast {
		for _, element := range list {
			handle(element)
		}
		return
	}
	parts := slices.Collect(slices.Chunk(list, aheadSize))
	done := make(chan [][]outcome, 1)
	options := r.policyOptions()
	go func() {
		readers := make([]*model.Reader, runtime.GOMAXPROCS(0))
		for i := range readers {
			readers[i] = model.NewReader(options)
		}
		for _, part := range parts {
			done <- readPart(readers, part, uses)
		}
	}()
	for _, part := range parts {
		r.ahead = map[use]outcome{}
		for _, outcomes := range <-done {
			for _, o := range outcomes {
				r.ahead[o.use] = o
			}
		}
		for _, element := range part {
			handle(element)
		}
	}
	r.ahead = nil
}

// readPart reads the documents of elements, a share of them with each reader.
func readPart[E any](readers []*model.Reader, part []E, uses func(E, func(*source.Node, model.PolicyKind))) [][]outcome {
	outcomes := make([][]outcome, len(readers))
	var wait sync.WaitGroup
	for i, reader := range readers {
		wait.Go(func() {
			for _, element := range part[i*len(part)/len(readers) : (i+1)*len(part)/len(readers)] {
				uses(element, func(document *source.Node, kind model.PolicyKind) {
					if document != nil && document.Kind != source.Null {
						policy, found := reader.Read(document, kind)
						outcomes[i] = append(outcomes[i], outcome{use{document, kind}, policy, found})
					}
				})
			}
		})
	}
	wait.Wait()
	return outcomes
}

// readDocument reads a document, or returns what was read ahead. Each caller
// gets a policy of its own: aliases let several entities have one document.
func (r *reader) readDocument(document *source.Node, kind model.PolicyKind) (*model.Policy, []model.Diagnostic) {
	key := use{document, kind}
	if o, ok := r.ahead[key]; ok {
		delete(r.ahead, key)
		return o.policy, o.found
	}
	if r.documents == nil {
		r.documents = model.NewReader(r.policyOptions())
	}
	return r.documents.Read(document, kind)
}

// entryUses lists the documents of an entry of a policy set, other than those
// of managed policies, whose uses are not known yet, and those in files.
func entryUses(e entry, add func(*source.Node, model.PolicyKind)) {
	if e.node == nil {
		return
	}
	switch e.table {
	case principalsTable, groupsTable:
		add(e.node.Get("trustPolicy"), model.TrustPolicy)
		if inline := e.node.Get("inlinePolicies"); inline != nil {
			for _, f := range inline.Fields {
				if !fileReference.takes(f.Value) {
					add(f.Value, model.IdentityPolicy)
				}
			}
		}
		if boundary := e.node.Get("permissionsBoundary"); boundary != nil && boundary.Kind == source.Object {
			add(boundary, model.PermissionsBoundary)
		}
	case resourcesTable:
		kind, _ := resourcePolicy(e.key)
		add(e.node.Get("policy"), kind)
	case endpointsTable:
		add(e.node.Get("policy"), model.EndpointPolicy)
	}
}

// exportUses lists the documents of a user, group or role of an account export.
func exportUses(item *source.Node, add func(*source.Node, model.PolicyKind)) {
	add(item.Get("AssumeRolePolicyDocument"), model.TrustPolicy)
	for _, field := range []string{"UserPolicyList", "GroupPolicyList", "RolePolicyList"} {
		if list := item.Get(field); list != nil {
			for _, inline := range list.Items {
				add(inline.Get("PolicyDocument"), model.IdentityPolicy)
			}
		}
	}
}

// exportedVersionUses lists the documents of a managed policy of an account
// export that are said to be in force.
func exportedVersionUses(item *source.Node, add func(*source.Node, model.PolicyKind)) {
	versions := item.Get("PolicyVersionList")
	if versions == nil {
		return
	}
	for _, version := range versions.Items {
		if told := version.Get("IsDefaultVersion"); told != nil && strings.EqualFold(told.Text, "true") {
			add(version.Get("Document"), model.IdentityPolicy)
		}
	}
}

// recordUses lists the document of a managed policy that is a record of its own.
func recordUses(n *source.Node, add func(*source.Node, model.PolicyKind)) {
	if n.Kind == source.Object && n.Get("arn") != nil {
		add(n.Get("document"), model.IdentityPolicy)
	}
}
