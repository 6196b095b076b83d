# library.mk: the pool as a library: the engine's files, its public headers, and what these declare. Included by the
# Makefile.

POOL_LIB := $(patsubst %,impls/%.c,pool pool_worker pool_recover child error)
POOL_H   := impls/pool.h impls/error.h
POOL_VERSION := 0.1

# Needs no more than a compiler, so there is nothing to set up. DESTDIR is for packagers: the files go
# below it, but are meant for PREFIX.
install: $B/libpvqpool.a
	@scripts/install $B/libpvqpool.a $(POOL_VERSION) $(POOL_H)
uninstall:
	@scripts/install --remove $(POOL_H)

# One object in which only what the headers declare is left visible, so that none of the engine's other
# names can clash with one of the program's.
$B/libpvqpool.a: $(POOL_LIB:%.c=$B/%.o) $(POOL_H) scripts/generate
	$(call say,AR)$(CC) -nostdlib -r $(filter %.o,$^) -o $(@D)/pvqpool.o
	@objcopy $$(scripts/generate api $(POOL_H) | sed 's/^/--keep-global-symbol=/') $(@D)/pvqpool.o
	@rm -f $@ && $(AR) qcs $@ $(@D)/pvqpool.o

# Examples are taken from the pages that show them, and built as their readers would: with the public headers and the
# library, nothing else.
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
