package catalog
import ("testing";"fmt";"os";"bufio";"compress/gzip";"encoding/json";"sort";"strings")
func list(v any) []string { switch x:=v.(type){case string: return []string{x}; case []any: var o []string; for _,e:=range x {o=append(o,fmt.Sprint(e))}; return o}; return nil}
func TestScratch(t *testing.T){
 c:=Default()
 f,_:=os.Open("/work/shared/data/aws-managed-policies.ndjson.gz"); z,_:=gzip.NewReader(f)
 sc:=bufio.NewScanner(z); sc.Buffer(nil,1<<24)
 n:=0; bad:=map[string]int{}; pol:=map[string]bool{}; pairs:=0; badkey:=map[string]int{}; unk:=map[string]int{}; nokey:=map[string]int{}
 for sc.Scan(){
  var m map[string]any
  json.Unmarshal(sc.Bytes(),&m); n++
  if n==1 { s:=sc.Text(); if len(s)>600 {s=s[:600]}; fmt.Println(s)}
  var doc map[string]any
  var name string
  for k,v:=range m { if d,ok:=v.(map[string]any); ok && d["Statement"]!=nil {doc=d}; if s,ok:=v.(string); ok && strings.Contains(strings.ToLower(k),"name") {name=s}
    if s,ok:=v.(string); ok && strings.HasPrefix(s,"{") { json.Unmarshal([]byte(s),&doc)} }
  if doc==nil {continue}
  sts,_:=doc["Statement"].([]any); if sts==nil {sts=[]any{doc["Statement"]}}
  for _,s:=range sts { st:=s.(map[string]any)
   for _,ap:=range list(st["Action"]) {
    as:=c.Expand(ap)
    if len(as)==0 {unk[ap]++; continue}
    // a pattern: resource can meet any
    for _,r:=range list(st["Resource"]) { pairs++
      ok:=false
      for _,a:=range as { if a.CanMeet(r){ok=true;break} }
      if !ok { bad[ap+"  "+r]++; pol[name]=true } }
    if cond,_:=st["Condition"].(map[string]any); cond!=nil { for _,b:=range cond { if bm,_:=b.(map[string]any); bm!=nil { for k:=range bm {
      if _,ok:=c.Key(k); !ok { nokey[k]++; continue }
      ok:=false; for _,a:=range as { if a.AdmitsKey(k){ok=true;break} }
      if !ok {badkey[ap+"  "+k]++} } } } }
   }
  }
 }
 fmt.Println("policies",n,"pairs",pairs,"badpairs",len(bad),"badpolicies",len(pol),"unknown",len(unk),"badkeys",len(badkey),"nokey",len(nokey))
 pr:=func(h string,m map[string]int){ fmt.Println("==",h); var ks []string; for k:=range m {ks=append(ks,k)}; sort.Strings(ks); for _,k:=range ks {fmt.Println(m[k],k)}}
 pr("bad",bad); pr("badkey",badkey); pr("nokey",nokey); pr("unk",unk)
}
