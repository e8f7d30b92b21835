package main

import (
	"fmt"
	"sync"
	"time"
)

// Progress shows only where a wait is worth a word.
const (
	progressAfter = time.Second
	progressEvery = 100 * time.Millisecond
)

// progress shows on a terminal, after a second, what takes so long. tell says
// how much of it is done, of 0 where the whole is not known; stop removes the line. Without a terminal both do nothing.
func (a *app) progress(what string) (tell func(done, total int), stop func()) {
	if !isTerminal(a.stderr) {
		return func(int, int) {}, func() {}
	}
	var (
		lock   sync.Mutex
		state  string
		closed = make(chan struct{})
		ended  = make(chan bool, 1) // tells whether something is shown
	)
	go func() {
		wait := time.NewTimer(progressAfter)
		defer wait.Stop()
		shown := ""
		defer func() { ended <- shown != "" }()
		for {
			select {
			case <-closed:
				return
			case <-wait.C:
			}
			lock.Lock()
			text := what + state
			lock.Unlock()
			if text != shown {
				a.say("\r\x1b[K%s ...", text)
				shown = text
			}
			wait.Reset(progressEvery)
		}
	}()
	tell = func(done, total int) {
		lock.Lock()
		state = fmt.Sprintf(": %d", done)
		if total > 0 {
			state += fmt.Sprintf(" of %d", total)
		}
		lock.Unlock()
	}
	stop = func() {
		close(closed)
		if <-ended {
			a.say("\r\x1b[K")
		}
	}
	return tell, stop
}
