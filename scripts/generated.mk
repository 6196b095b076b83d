# generated.mk: generates files and archives the rooms. A generated file is rewritten only if its text changes. Included by
# the Makefile.

ASSETS    = $(wildcard $(foreach kind,gp css js in,benches/*/*.$(kind) benches/*/*/*.$(kind)) benches/lessons/*.md) $B/gen/lines.tsv

$B/gen/registry.c: FORCE
	@scripts/generate update $@ registry $(IMPLS) $(TASKS)
$B/gen/tasks.c: FORCE
	@scripts/generate update $@ table task tasks/task.h $(TASKS)
# Of the contracts, of the protocol's words, of the digest, and of the tasks' names.
$B/gen/contract.c: $B/gen/tasks.c FORCE
	@scripts/generate update $@ contract impls/impl.h impls/error.h benches/tasks/task.h \
		$(patsubst %,benches/trial/%,peer.h row.h row.c words.h words.c trial_args.c digest.h digest.c) $B/gen/tasks.c
$B/gen/micros.c: FORCE
	@scripts/generate update $@ table micro micro/micro.h $(MICROS)
$B/gen/experiments.c: FORCE
	@scripts/generate update $@ table experiment report/experiment.h $(call sources,experiments)
$B/gen/lessons.c: FORCE
	@scripts/generate update $@ table lesson lessons/lesson.h $(call sources,lessons)
# For tests of rooms below the experiments: an empty table.
$B/gen/no_experiments.c: FORCE
	@scripts/generate update $@ table experiment report/experiment.h
$B/gen/lines.tsv: FORCE
	@scripts/count-lines | scripts/generate update $@
$B/gen/assets.c: $B/gen/lines.tsv FORCE
	@scripts/generate update $@ assets $(ASSETS)
$B/gen/version.c: FORCE
	@scripts/generate version '$(CC)' '$(CFLAGS)' | scripts/generate update $@
# Every object depends on the flags; every archive depends on the list of files. So a new file recompiles no other.
$B/gen/flags: FORCE
	@echo '$(CC) $(CFLAGS) $(CXX) $(CXXFLAGS) $(LDFLAGS)' | scripts/generate update $@
$B/gen/files: FORCE
	@echo '$(sort $(foreach room,$(ROOMS),$(call sources,$(room))))' | scripts/generate update $@

$B/gen/%.o: $B/gen/%.c $B/gen/flags
	$(call say,CC)$(CC) $(CFLAGS) -MMD -MP -c $< -o $@
$B/pic/gen/%.o: $B/gen/%.c $B/gen/flags
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CFLAGS) -fPIC -MMD -MP -c $< -o $@

define room_rule
$B/rooms/$1.a: $(call objects,$1) $B/gen/files
	@mkdir -p $$(@D) && rm -f $$@ && $$(AR) qcs $$@ $$(filter %.o,$$^)
endef
$(foreach room,$(ROOMS),$(eval $(call room_rule,$(room))))
$B/rooms/lessons.a: $B/gen/lessons.o
$B/rooms/registry.a: $B/gen/registry.o $B/gen/contract.o
	@mkdir -p $(@D) && rm -f $@ && $(AR) qcs $@ $^
$B/rooms/assets.a: $B/gen/assets.o $B/gen/version.o
	@mkdir -p $(@D) && rm -f $@ && $(AR) qcs $@ $^
