package model
import ("testing";"os";"fmt";"sort";"iamsim/internal/source")
func TestTry(t *testing.T){
	data,_:=os.ReadFile("/work/shared/data/aws-managed-policies.ndjson.gz")
	docs,err:=source.ParseAll("m.ndjson.gz",data); if err!=nil {t.Fatal(err)}
	counts:=map[string]int{}; ex:=map[string][]string{}; per:=map[string]map[string]bool{}
	for _,d:=range docs {
		p,ds:=ReadPolicy(d.Get("document"),IdentityPolicy,ReadOptions{})
		if p==nil {fmt.Println("NIL",d.Get("name").Text)}
		for _,x:=range ds { k:=x.Severity.String()+" "+x.ID; counts[k]++; if per[k]==nil {per[k]=map[string]bool{}}; per[k][d.Get("name").Text]=true; if len(ex[k])<6 {ex[k]=append(ex[k],d.Get("name").Text+" "+x.Message+" | "+x.Hint)}}
	}
	fmt.Println(len(docs))
	var ks []string; for k:=range counts {ks=append(ks,k)}; sort.Strings(ks)
	for _,k:=range ks {fmt.Println(k,counts[k],"in",len(per[k])); for _,e:=range ex[k] {fmt.Println("     ",e)}}
}
