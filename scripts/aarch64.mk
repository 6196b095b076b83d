# aarch64.mk: builds the pool's library and its tests for another processor, and runs them under an emulator of it: its memory
# model is weaker than x86's, though the emulator on x86 hardly shows that; its compiler, its system calls and its constants
# differ. Included by the Makefile.

AARCH64_TESTS := $(wildcard tests/impls/test_pool*.c)

aarch64:
	@scripts/bootstrap aarch64
	$(build) $(AARCH64_TESTS:%.c=$A/%)
	@scripts/run-tests $A $(AARCH64_TESTS)

$A/%: CC := aarch64-linux-gnu-gcc
$A/%: AR := aarch64-linux-gnu-ar
$A/%: OBJCOPY := aarch64-linux-gnu-objcopy
$A/%: override SANFLAGS :=
$A/%: override CFLAGS += -DPVQ_EMULATED -Itests/support/aarch64

$A/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CFLAGS) -MMD -MP -c $< -o $@
# Linked statically: the emulator needs no folder with another processor's libraries. The program's name is that of a script
# that starts the emulator.
define emulated
$(call say,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -static $^ -o $@.aarch64
@printf '#!/bin/sh\nexec qemu-aarch64 "$$0.aarch64" "$$@"\n' >$@ && chmod +x $@
endef
$A/tests/impls/%: $A/tests/impls/%.o $A/libpvqpool.a
	$(emulated)
$A/tests/impls/test_pool_guards: $A/tests/impls/test_pool_guards.o $(POOL_LIB:impls/%.c=$A/guards/%.o)
	$(emulated)
