// go_channels.go: goroutines, fed and drained through two buffered channels.
//
//	           ┌─> goroutine 0 ─┐
//	caller ─jobs                results─> caller: put()
//	   │       └─> goroutine 1 ─┘            │
//	   └────────── idle jobs ────────────────┘
//
// The task is C, called through cgo. Jobs are Go objects; their results are in C memory. Jobs circulate, so memory use is
// constant.
//
// needs: golang-go gcc
package main

/*
#include "trial/peer.h"

#include <errno.h>
#include <stdlib.h>

extern void channelsTune(void *, void *);
extern int channelsStart(void **, void *, void *, void *);
extern int channelsMap(void *, void *, void *);
extern int channelsStop(void *, void *);
*/
import "C"

import (
	"os"
	"runtime"
	"sync"
	"unsafe"
)

const (
	windowAWorker = 64
	resultsMost   = 64 << 20 // bytes of results in flight
)

// A job, and the length of its result, or -errno.
type job struct {
	id     C.uint64_t
	out    unsafe.Pointer
	length C.ssize_t
}

// The strategy from start to stop. A process has one at a time.
type channels struct {
	load    *C.struct_pvq_load
	jobs    chan *job
	results chan *job
	idle    []*job
	memory  unsafe.Pointer
	running sync.WaitGroup
}

var self *channels

var version string // of the packages; set by the linker

func (c *channels) work() {
	defer c.running.Done()
	for j := range c.jobs {
		j.length = C.pvq_peer_run_item(c.load, j.id, j.out)
		c.results <- j
	}
}

// Bytes from one result to the next: whole cache lines, so that no two threads write to one.
func strideOf(load *C.struct_pvq_load) int {
	return (int(C.pvq_peer_max_out(load)) + 64) / 64 * 64
}

// Sets the window: as asked for, else some jobs for each worker, within a limit of bytes.
//
//export channelsTune
func channelsTune(load, opts unsafe.Pointer) {
	o := (*C.struct_pvq_opts)(opts)
	o.chunk = 1
	if o.window > 0 {
		return
	}
	workers := int(o.workers)
	window := workers * windowAWorker
	if fit := resultsMost / strideOf((*C.struct_pvq_load)(load)); window > fit {
		window = fit
	}
	if window < 2*workers {
		window = 2 * workers
	}
	o.window = C.uint(window)
}

//export channelsStart
func channelsStart(_ *unsafe.Pointer, load, opts, err unsafe.Pointer) C.int {
	l, o := (*C.struct_pvq_load)(load), (*C.struct_pvq_opts)(opts)
	workers, window, stride := int(o.workers), int(o.window), strideOf(l)
	memory := C.aligned_alloc(64, C.size_t(window*stride))
	if memory == nil {
		return C.pvq_peer_fail((*C.struct_pvq_error)(err), -C.ENOMEM, C.CString("cannot hold the results"))
	}
	runtime.GOMAXPROCS(workers)
	// Each channel has room for all jobs: a send never waits.
	self = &channels{load: l, jobs: make(chan *job, window), results: make(chan *job, window), memory: memory}
	for i := 0; i < window; i++ {
		self.idle = append(self.idle, &job{out: unsafe.Add(memory, i*stride)})
	}
	self.running.Add(workers)
	for i := 0; i < workers; i++ {
		go self.work()
	}
	return 0
}

// Feeds the workers and puts their results. Returns 0, or what put returned.
func (c *channels) feed(sink *C.struct_pvq_sink) C.int {
	n := C.pvq_peer_items(c.load)
	var next, done C.uint64_t
	for done < n {
		for next < n && len(c.idle) > 0 {
			last := len(c.idle) - 1
			j := c.idle[last]
			c.idle = c.idle[:last]
			j.id = next
			next++
			c.jobs <- j
		}
		j := <-c.results
		done++
		c.idle = append(c.idle, j)
		if code := put(sink, j); code < 0 {
			return code
		}
	}
	return 0
}

// A goroutine that C calls is locked to its thread, and a locked one pays a thread switch for each channel operation that
// blocks: 20 us an item. So an unlocked goroutine feeds while this one waits for it. Puts still come one after another.
//
//export channelsMap
func channelsMap(_, sink, err unsafe.Pointer) C.int {
	fed := make(chan C.int)
	go func() { fed <- self.feed((*C.struct_pvq_sink)(sink)) }()
	code := <-fed
	if code < 0 {
		return C.pvq_peer_fail((*C.struct_pvq_error)(err), code, C.CString("a result was refused"))
	}
	return 0
}

func put(sink *C.struct_pvq_sink, j *job) C.int {
	if j.length < 0 {
		return C.pvq_peer_put(sink, j.id, nil, 0, C.int(j.length))
	}
	return C.pvq_peer_put(sink, j.id, j.out, C.size_t(j.length), 0)
}

//export channelsStop
func channelsStop(_, err unsafe.Pointer) C.int {
	close(self.jobs)
	self.running.Wait()
	C.free(self.memory)
	return 0
}

func main() {
	impl := (*C.struct_pvq_impl)(C.calloc(1, C.sizeof_struct_pvq_impl))
	impl.name = C.CString("go_channels")
	impl.summary = C.CString("Go: goroutines and two buffered channels")
	impl.order = C.PVQ_UNORDERED
	impl.in_via, impl.out_via = C.PVQ_VIA_POINTER, C.PVQ_VIA_POINTER
	impl.flags = C.PVQ_REUSABLE | C.PVQ_STREAMS | C.PVQ_LINGERS
	impl.tune = (*[0]byte)(C.channelsTune)
	impl.start = (*[0]byte)(C.channelsStart)
	impl._map = (*[0]byte)(C.channelsMap)
	impl.stop = (*[0]byte)(C.channelsStop)
	impl.version = C.CString(version)

	pointer := C.size_t(unsafe.Sizeof(uintptr(0)))
	impls := (*[2]*C.struct_pvq_impl)(C.calloc(2, pointer))
	impls[0] = impl
	argv := unsafe.Slice((**C.char)(C.calloc(C.size_t(len(os.Args)+1), pointer)), len(os.Args)+1)
	for i, word := range os.Args {
		argv[i] = C.CString(word)
	}
	os.Exit(int(C.pvq_peer_main(C.int(len(os.Args)), &argv[0], &impls[0])))
}
