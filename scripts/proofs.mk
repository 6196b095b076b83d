# proofs.mk: the pool's own files, compiled against relacy's model of memory instead of the processor's. Included by the
# Makefile. tests/impls/relacy/ holds the checks, scripts/pool-orderings the table.

RELACY := $(if $(SAN)$(COVER),,$(wildcard /usr/include/relacy/relacy.hpp))

# Every check in full: some minutes.
proofs:
	@scripts/bootstrap test
	$(build) $B/relacy/pool
	@scripts/pool-orderings $B/relacy/pool

# A sanitizer knows nothing of relacy's threads, and coverage is not of models.
build-tests: $(if $(RELACY),$B/relacy/pool)
$B/relacy/%.o: override CXXFLAGS := -std=gnu++20 -O2 -g -w -DPVQ_RELACY -D_GNU_SOURCE -Iimpls -Itests/impls/relacy
$B/relacy/%.o: impls/%.c $B/gen/flags
	@mkdir -p $(@D)
	$(call say,CXX)$(CXX) $(CXXFLAGS) -include model.h -MMD -MP -x c++ -c $< -o $@
$B/relacy/main.o: tests/impls/relacy/pool.cc $B/gen/flags
	@mkdir -p $(@D)
	$(call say,CXX)$(CXX) $(CXXFLAGS) -include model.h -MMD -MP -c $< -o $@
$B/relacy/pool: $(patsubst %,$B/relacy/%.o,main pool pool_items pool_recover) $B/impls/error.o
	$(call say,LINK)$(CXX) $^ -o $@
