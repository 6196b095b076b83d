# peers.mk: builds peers, the strategies that are separate programs (impls/PROTOCOL.md). Included by the Makefile.

# scripts/peer builds each one with the packages it needs. They share the code of a trial and the tasks as one library.
# A sanitizer's run time must come first in a program, so only peers in C and C++ are built with one. None is built with
# the thread sanitizer: it cannot see into other libraries, such as OpenMP's, and reports false races.
PEERS    := $(wildcard impls/peers/*.c impls/peers/*.cc)
ifeq ($(SAN),)
PEERS    += $(wildcard impls/peers/*.go impls/peers/*.rs) impls/python/python.py
else
PEERS    := $(if $(findstring thread,$(SAN)),,$(filter-out %/mpi_pool.c,$(PEERS)))
endif
PEER_PROGRAMS := $(addprefix $B/peers/,$(notdir $(basename $(PEERS))))
PEER_TESTS := $(addprefix $B/tests/peers/,$(notdir $(basename $(filter %.c %.cc,$(PEERS)))))
PEER_LIB := $(foreach room,trial tasks,$(call sources,$(room))) $(wildcard impls/peers/common/*.c) \
            $(patsubst %,impls/%.c,frame pool_strategy) $(POOL_LIB)

# Installs no packages of peers: the row of a peer that lacks some says so.
peers: PROFILE := $(if $(filter peers%,$(PROFILE)),$(PROFILE),peers)
peers:
	@scripts/bootstrap bench
	$(build) peers-built
	@scripts/bootstrap --print --peers | sed 's/^/make: for all peers run scripts\/bootstrap --peers; missing: /' >&2
	@$B/pvq bench --profile "$$PROFILE" $${OUT:+--out "$$OUT"}

# The pool beside its rivals, with workers killed all the time.
chaos:
	@scripts/bootstrap bench
	$(build) peers-built
	@scripts/bootstrap --print --peers | sed 's/^/make: for all rivals run scripts\/bootstrap --peers; missing: /' >&2
	@$B/pvq chaos --n $(or $(ITEMS),10000000) --every $(or $(EVERY_MS),10) --timeout $(or $(SECONDS),60) \
		$${OUT:+--out "$$OUT"} >$B/chaos.md
	@scripts/put-table impls/POOL.md chaos <$B/chaos.md

# Tests only the peers that can be built here. Run it after installing packages of peers.
peers-check: peers-tests build-tests
	@scripts/run-tests $B tests/impls/peers.bats tests/impls/mpi.bats

peers-built: $B/pvq $B/tutorial.py $(PEER_PROGRAMS) $(PVQPOOL_HERE)
peers-tests: peers-built $(PEER_TESTS)
peers-of-c: $(PEER_TESTS) $(PEER_TESTS:$B/tests/peers/%=$B/peers/%)

$B/tutorial.py: impls/python/tutorial.py
	@ln -sf "$$PWD/$<" $@

$B/pic/low.a: $(patsubst %.c,$B/pic/%.o,$(foreach room,stats base,$(call sources,$(room))))
	@rm -f $@ && $(AR) qcs $@ $^
$B/libpvqpeer.so: $(PEER_LIB:%.c=$B/pic/%.o) $B/pic/gen/tasks.o $B/pic/gen/contract.o $B/pic/low.a
	$(call say,LINK)$(CC) $(CFLAGS) $(filter-out -pie,$(LDFLAGS)) -shared -Wl,--no-undefined $^ -lcsv -lz -lxxhash -lm -pthread -o $@

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
