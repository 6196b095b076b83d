# programs.mk: the programs beside pvq: the micro-benchmarks, and the pool's own benchmark with its peers. Included by the
# Makefile.

MICROS   := $(wildcard benches/micro/*.c)
SHIM     := $B/benches/micro/gb.o

micro:
	@scripts/bootstrap bench
	$(build) $B/pvq-micro
	@$B/pvq-micro $${OUT:+--out "$$OUT"}
micro-overhead:
	@scripts/bootstrap bench
	$(build) $B/micro-overhead
	@$B/micro-overhead
POOL_PEERS := $(addprefix $B/peers/,openmp_dynamic tbb_for pthreadpool rust_rayon go_channels pool_inherit)
pool-bench:
	@scripts/bootstrap bench pool_bench pool_peers
	$(build) $B/pool-bench $(POOL_PEERS)
	@$B/pool-bench $${ONLY:+--only "$$ONLY"} $${CSV:+--csv "$$CSV"}
pool-table:
	@scripts/bootstrap bench pool_bench pool_peers
	$(build) $B/pool-bench $(POOL_PEERS)
	@scripts/pool-table $B
pool-against:
	@scripts/bootstrap bench pool_bench
	$(build) $B/pvq $B/pool-bench
	@scripts/pool-against $B $(or $(REV),HEAD)
pool-parts:
	@scripts/bootstrap bench pool_bench
	@scripts/pool-parts $B

# Programs that contain C++ are linked by the C++ compiler.
$B/tests/micro/test_gb: $B/tests/micro/test_gb.o $B/tests/micro/gb_throw.o $(SHIM)
	$(call say,LINK)$(CXX) $(CXXFLAGS) $(LDFLAGS) $^ -lbenchmark -ljansson -lcmocka -o $@
$B/pvq-micro: $(MICROS:%.c=$B/%.o) $B/gen/micros.o $(SHIM) $(call linked,cmd)
	$(call say,LINK)$(CXX) $(CXXFLAGS) $(LDFLAGS) $^ -lbenchmark $(LDLIBS) -o $@
$B/micro-overhead: $(patsubst %,$B/benches/micro/overhead/%.o,overhead loop) $(SHIM)
	$(call say,LINK)$(CXX) $(CXXFLAGS) $(LDFLAGS) $^ -lbenchmark -o $@

# pool-bench links its own peers, besides those that it runs as trials. It always uses GNU's OpenMP, with any compiler: LLVM's dispatches single items many times
# slower.
POOL_BENCH := $(patsubst %,$B/%.o,$(basename $(wildcard benches/pool/*.c benches/pool/*.cc)))
$B/benches/pool/run_openmp.o: private override CC := gcc
$B/benches/pool/run_openmp.o: private override CFLAGS += -fopenmp
$B/pool-bench: $(POOL_BENCH) $(call linked,pool)
	$(call say,LINK)$(CXX) $(CXXFLAGS) $(LDFLAGS) $^ -lgomp -lpthreadpool $(LDLIBS) -o $@
# The same with an engine that lacks a part or two (scripts/pool-parts).
$B/parts/%/pool-bench: $(patsubst %,impls/%.c,pool pool_items pool_server pool_worker pool_recover pool_memory pool_crash) $(POOL_BENCH) $(call linked,pool)
	@mkdir -p $(@D)
	$(call say,PART)$(CC) $(CFLAGS) -DPVQ_WITHOUT='$(subst +,|,$*)' -nostdlib -r $(filter %.c,$^) -o $(@D)/engine.o
	@$(CXX) $(CXXFLAGS) $(LDFLAGS) $(@D)/engine.o $(filter-out %.c,$^) -lgomp -lpthreadpool $(LDLIBS) -o $@
# The parts of pool-bench that can be tested without its peers.
$B/tests/pool/test_pool_bench: $(patsubst %,$B/%.o,tests/pool/test_pool_bench $(addprefix benches/pool/,finding looks work)) \
                               $(call linked,pool)
	$(call say,LINK)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -lcmocka -o $@
