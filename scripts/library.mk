# library.mk: builds and installs the pool as a library: the engine's files and its public headers. Included by the
# Makefile.

POOL_LIB := $(patsubst %,impls/%.c,pool pool_items pool_server pool_worker pool_recover pool_memory pool_crash child error)
POOL_H   := impls/pool.h impls/error.h
POOL_VERSION := 0.1
OBJCOPY  := objcopy

# The library needs only a compiler; pvq needs what scripts/bootstrap bench installs, which is not the business of an
# installation. DESTDIR is for packagers: files go below it, but name PREFIX as their place.
install: install-library $B/pvq $B/pvq-micro
	@scripts/install-pvq $B
install-library: $B/libpvqpool.a
	@scripts/install $B/libpvqpool.a $(POOL_VERSION) $(POOL_H)
uninstall:
	@scripts/install-pvq --remove
	@scripts/install --remove $(POOL_H)

# Links one object and hides all symbols that the headers do not declare: none of them can clash with the program's. $A:
# the library for another processor (aarch64.mk).
$B/libpvqpool.a: $(POOL_LIB:%.c=$B/%.o)
$A/libpvqpool.a: $(POOL_LIB:%.c=$A/%.o)
$B/libpvqpool.a $A/libpvqpool.a: $(POOL_H) scripts/generate
	$(call say,AR)$(CC) $(filter -O% -flto%,$(CFLAGS)) -nostdlib -r $(filter %.o,$^) -o $(@D)/pvqpool.o
	@$(OBJCOPY) $$(scripts/generate api $(POOL_H) | sed 's/^/--keep-global-symbol=/') $(@D)/pvqpool.o
	@rm -f $@ && $(AR) qcs $@ $(@D)/pvqpool.o

# The build for debugging, which finds overruns, is tested beside the one that is installed.
define guards_rule
$1/guards/%.o: impls/%.c $B/gen/flags
	@mkdir -p $$(@D)
	$$(call say,CC)$$(CC) $$(CFLAGS) -DPVQ_POOL_GUARDS -MMD -MP -c $$< -o $$@
endef
$(foreach folder,$A $B,$(eval $(call guards_rule,$(folder))))
$B/tests/impls/test_pool_guards: $B/tests/impls/test_pool_guards.o $(POOL_LIB:impls/%.c=$B/guards/%.o)
	$(call say,LINK)$(CC) $(CFLAGS) $(LDFLAGS) $^ -lcmocka -o $@

# Extracts the examples from the pages that show them, and builds them as a reader would: with only the public headers and
# the library.
$B/gen/pool_example.c: impls/POOL.md
	@sed -n '/^```c$$/,/^```$$/{/^```/!p}' $< | scripts/generate update $@
$B/include/pvq/%.h: impls/%.h
	@install -D -m 644 $< $@
$B/pool-example: $B/gen/pool_example.c $B/libpvqpool.a $(POOL_H:impls/%=$B/include/pvq/%)
	$(call say,LINK)$(CC) $(filter-out -I%,$(CFLAGS)) -I$B/include $(LDFLAGS) $< -L$B -lpvqpool -o $@
$B/gen/gb_example.c: benches/micro/GB.md
	@sed -n '/^```c$$/,/^```$$/{/^```/!p}' $< | scripts/generate update $@
$B/gen/gb_example.o: override CFLAGS += -Ibenches/micro
$B/gb-example: $B/gen/gb_example.o $(SHIM)
	$(call say,LINK)$(CXX) $(CXXFLAGS) $(LDFLAGS) $^ -lbenchmark -o $@

# Every call of the pool that can fail is wrapped.
FAULTY := calloc close epoll_create1 epoll_ctl epoll_pwait2 epoll_wait eventfd fcntl fflush fork free mmap munmap open poll prctl read \
          realloc recv recvmsg sched_getaffinity sched_setaffinity send sendmsg setrlimit shutdown signalfd socketpair syscall timerfd_create timerfd_settime \
          waitid waitpid write
$B/tests/impls/test_pool_faults $A/tests/impls/test_pool_faults: LDFLAGS += $(FAULTY:%=-Wl,--wrap=%)

# Remakes the table of impls/PROOFS.md.
pool-faults: $B/tests/impls/test_pool_faults
	@$< --table >$B/faults.txt && sed -n '/^|/p' $B/faults.txt | scripts/put-table impls/PROOFS.md faults

# The pool with a hook at each step of its protocol: each access to shared memory and each system call.
STEPPED := close epoll_create1 epoll_ctl epoll_pwait2 eventfd fork kill munmap poll prctl read recv recvmsg send sendmsg \
           shutdown socketpair syscall timerfd_create timerfd_settime waitid waitpid write
define steps_rule
$1/steps/%.o: impls/%.c $B/gen/flags
	@mkdir -p $$(@D)
	$$(call say,CC)$$(CC) $$(CFLAGS) -DPVQ_POOL_STEPS='"support/steps.h"' -Itests -MMD -MP -c $$< -o $$@
endef
$(foreach folder,$A $B,$(eval $(call steps_rule,$(folder))))
$B/tests/impls/test_pool_chaos $A/tests/impls/test_pool_chaos: LDFLAGS += $(STEPPED:%=-Wl,--wrap=%)
$B/tests/impls/test_pool_chaos: $B/tests/impls/test_pool_chaos.o $(POOL_LIB:impls/%.c=$B/steps/%.o)
	$(call say,LINK)$(CC) $(CFLAGS) $(LDFLAGS) $^ -lcmocka -o $@
$A/tests/impls/test_pool_chaos: $A/tests/impls/test_pool_chaos.o $(POOL_LIB:impls/%.c=$A/steps/%.o)
	$(emulated)

# Ten minutes: EVENTS kills, stops and continues, from the seed SEED on; and the table of impls/PROOFS.md.
EVENTS ?= 1000000
SEED   ?= 1
chaos-long: $B/tests/impls/test_pool_chaos
	@$< --events $(EVENTS) $(SEED) >$B/chaos.txt && sed -n '/^|/p' $B/chaos.txt | scripts/put-table impls/PROOFS.md chaos
