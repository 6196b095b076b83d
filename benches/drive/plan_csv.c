/* plan_csv.c: writes a plan as rows that have not run yet, and reads it, so that an interrupted run can be resumed. */
#include "base/outfile.h"
#include "drive/plan.h"
#include "trial/twin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int pvq_plan_write(const struct pvq_plan *plan, const struct pvq_host *host, const char *dir)
{
	struct pvq_outfile out;
	int ret = pvq_outfile_begin(&out);

	if (ret == 0)
		ret = pvq_row_header(out.f);
	for (unsigned i = 0; ret == 0 && i < plan->ncell; i++) {
		struct pvq_trial t = pvq_plan_trial(plan, i, 0, host);
		struct pvq_row row;

		pvq_trial_identify(&t, &row);
		ret = pvq_row_write(out.f, &row);
	}
	if (ret)
		fprintf(stderr, "pvq: cannot write %s/plan.csv: %s\n", dir, strerror(-ret));
	else
		ret = pvq_outfile_write(&out, dir, "plan.csv");
	pvq_outfile_free(&out);
	return ret;
}

static int same_spec(const struct pvq_spec *spec, const struct pvq_row *row)
{
	char args[PVQ_ARGS_TEXT];

	pvq_spec_args(spec, args, sizeof(args));
	return strcmp(spec->task->name, row->task) == 0 && strcmp(args, row->args) == 0;
}

static int read_cell(struct pvq_plan *plan, const struct pvq_row *row)
{
	unsigned twin;
	const struct pvq_impl *impl = pvq_twin_find(plan->registry, row->impl, &twin);
	char words[PVQ_NAME_MAX + PVQ_ARGS_TEXT + 2];

	if (!impl)
		return -EINVAL;
	if (plan->nspec == 0 || !same_spec(plan->spec[plan->nspec - 1], row)) {
		snprintf(words, sizeof(words), "%s%s%s", row->task, row->args[0] ? ":" : "", row->args);
		if (pvq_plan_add_spec(plan, words))
			return -EINVAL;
	}
	plan->seed = row->seed;
	return pvq_plan_add_cell(plan, &(struct pvq_plan_cell){.impl = impl,
					       .twin = twin,
					       .spec = plan->spec[plan->nspec - 1],
					       .n = row->n,
					       .workers = row->workers,
					       .cores = row->cores,
					       .chunk = row->chunk,
					       .window = row->window});
}

int pvq_plan_read(struct pvq_plan *plan, const struct pvq_registry *registry, const struct pvq_host *host,
	const char *dir, unsigned cells)
{
	struct pvq_rows rows;
	int ret = pvq_rows_need_file(dir, "plan.csv", &rows);

	memset(plan, 0, sizeof(*plan));
	plan->registry = registry;
	for (size_t i = 0; ret == 0 && i < rows.count; i++) {
		ret = read_cell(plan, &rows.row[i]);
		if (ret == 0 && rows.row[i].cores > host->ncpu) {
			fprintf(stderr, "pvq: %s was planned for %u CPUs, and this process may use %u\n",
				dir, rows.row[i].cores, host->ncpu);
			ret = -EINVAL;
		}
	}
	if (ret == 0 && cells && plan->ncell != cells) {
		fprintf(stderr, "pvq: %s/plan.csv is not whole: it holds %u of %u cells\n", dir,
			plan->ncell, cells);
		ret = -EBADMSG;
	}
	pvq_plan_number_groups(plan);
	pvq_rows_free(&rows);
	if (ret)
		pvq_plan_free(plan);
	return ret;
}
