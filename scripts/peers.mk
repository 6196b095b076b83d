# peers.mk: strategies that are programs of their own (impls/PROTOCOL.md), and the pool's own benchmark with its peers.
# Included by the Makefile.

# Each is built with what it needs (scripts/peer). All of them load what a trial is made of, and the tasks, as one
# shared library. A sanitizer's run time must be first in a program, so only those in C and C++ are built with one; what
# it cannot see into, as the threads of OpenMP, looks like a race to it.
PEERS    := $(wildcard impls/peers/*.c impls/peers/*.cc)
ifeq ($(SAN),)
PEERS    += $(wildcard impls/peers/*.go impls/peers/*.rs) impls/python/python.py
else
PEERS    := $(if $(findstring thread,$(SAN)),,$(filter-out %/mpi_pool.c,$(PEERS)))
endif
PEER_PROGRAMS := $(addprefix $B/peers/,$(notdir $(basename $(PEERS))))
PEER_TESTS := $(addprefix $B/tests/peers/,$(notdir $(basename $(filter %.c %.cc,$(PEERS)))))
PEER_LIB := $(foreach room,trial tasks,$(call sources,$(room))) $(wildcard impls/peers/common/*.c) \
            $(patsubst %,impls/%.c,error child frame)

# Rows of peers whose packages are missing say so; nothing is installed for them here.
peers: PROFILE := $(if $(filter peers%,$(PROFILE)),$(PROFILE),peers)
peers:
	@scripts/bootstrap bench
	$(build) peers-built
	@scripts/bootstrap --print --peers | sed 's/^/make: for all peers run scripts\/bootstrap --peers; missing: /' >&2
	@$B/pvq bench --profile "$$PROFILE" $${OUT:+--out "$$OUT"}

# The tests of peers alone, with those that can be built here: for who has just installed some.
peers-check: peers-tests build-tests
	@scripts/run-tests $B tests/impls/peers.bats tests/impls/mpi.bats

peers-built: $B/pvq $B/tutorial.py $(PEER_PROGRAMS)
peers-tests: peers-built $(PEER_TESTS)
peers-of-c: $(PEER_TESTS) $(PEER_TESTS:$B/tests/peers/%=$B/peers/%)

$B/tutorial.py: impls/python/tutorial.py
	@ln -sf "$$PWD/$<" $@

$B/pic/low.a: $(patsubst %.c,$B/pic/%.o,$(foreach room,stats base,$(call sources,$(room))))
	@rm -f $@ && $(AR) qcs $@ $^
$B/libpvqpeer.so: $(PEER_LIB:%.c=$B/pic/%.o) $B/pic/gen/tasks.o $B/pic/gen/contract.o $B/pic/low.a
	$(call say,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,--no-undefined $^ -lcsv -lz -lxxhash -lm -pthread -o $@

define peer_rule
$B/peers/$(notdir $(basename $1)): $1 $B/gen/peers/$(notdir $(basename $1)).needs $B/libpvqpeer.so scripts/peer
	@mkdir -p $$(@D)
	$$(call say,PEER)CC="$$(CC)" CFLAGS="$$(CFLAGS)" CXX="$$(CXX)" CXXFLAGS="$$(CXXFLAGS)" LDFLAGS="$$(LDFLAGS)" \
		scripts/peer build $$< $B/gen/peers/$(notdir $(basename $1)).needs $$@
$B/tests/peers/$(notdir $(basename $1)): $1 $B/gen/peers/$(notdir $(basename $1)).needs $B/libpvqpeer.so scripts/peer tests/trial/test_conformance.c
	@mkdir -p $$(@D)
	$$(call say,PEER)CC="$$(CC)" CFLAGS="$$(CFLAGS)" CXX="$$(CXX)" CXXFLAGS="$$(CXXFLAGS)" LDFLAGS="$$(LDFLAGS)" \
		scripts/peer test $$< $B/gen/peers/$(notdir $(basename $1)).needs $$@
$B/gen/peers/$(notdir $(basename $1)).needs: FORCE
	@scripts/peer needs $1 | scripts/generate update $$@
endef
$(foreach peer,$(PEERS),$(eval $(call peer_rule,$(peer))))

# The peers of pool-bench are of that program alone. OpenMP is GNU's, whatever the compiler of the rest: LLVM's dispatches
# item by item many times slower, and would be no peer.
POOL_BENCH := $(patsubst %,$B/%.o,$(basename $(wildcard benches/pool/*.c benches/pool/*.cc)))
$B/benches/pool/run_openmp.o: private override CC := gcc
$B/benches/pool/run_openmp.o: private override CFLAGS += -fopenmp
$B/pool-bench: $(POOL_BENCH) $(call linked,pool)
	$(call say,LINK)$(CXX) $(CXXFLAGS) $(LDFLAGS) $^ -lgomp -ltbb -lpthreadpool $(LDLIBS) -o $@
# The same with an engine that lacks a part or two (scripts/pool-parts).
$B/parts/%/pool-bench: $(patsubst %,impls/%.c,pool pool_worker pool_recover) $(POOL_BENCH) $(call linked,pool)
	@mkdir -p $(@D)
	$(call say,PART)$(CC) $(CFLAGS) -DPVQ_WITHOUT='$(subst +,|,$*)' -nostdlib -r $(filter %.c,$^) -o $(@D)/engine.o
	@$(CXX) $(CXXFLAGS) $(LDFLAGS) $(@D)/engine.o $(filter-out %.c,$^) -lgomp -ltbb -lpthreadpool $(LDLIBS) -o $@
# The parts of it that can be tested without its peers.
$B/tests/pool/test_pool_bench: $(patsubst %,$B/%.o,tests/pool/test_pool_bench benches/pool/finding benches/pool/work) \
                               $(call linked,pool)
	$(call say,LINK)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -lcmocka -o $@
