/* chaos.c: the experiment's descriptor: what if workers are killed again and again? */
#include "experiments/chaos/chaos.h"
#include "drive/plan.h"

#include <errno.h>
#include <stdlib.h>

/* In a run with peers: some 5 s undisturbed, and 20 s where a way hangs. */
static int chaos_run(const struct pvq_session *session)
{
	const struct pvq_chaos_wish wish = {.registry = session->plan->registry,
		.command = session->command,
		.item_ns = 2000,
		.items = 10000000,
		.every_ms = 10,
		.seconds = 12};
	int ret = pvq_chaos_run(&wish, session->host, session->dir);

	return ret > 0 ? 0 : ret;
}

/* pvq_chaos_read() has reported what is wrong with the file. */
static int chaos_read(void **data, const struct pvq_folder *folder)
{
	struct pvq_table_rows *rows = calloc(1, sizeof(*rows));
	int ret = rows ? pvq_chaos_read(rows, folder->dir) : -ENOMEM;

	if (ret == 0) {
		*data = rows;
		return 0;
	}
	if (rows)
		free(rows->row);
	free(rows);
	return ret == -ENOMEM ? ret : 0;
}

static void chaos_release(void *data)
{
	free(((struct pvq_table_rows *)data)->row);
	free(data);
}

const struct pvq_experiment pvq_experiment_chaos = {
	.name = "chaos",
	.file = PVQ_CHAOS_FILE,
	.turn = 60,
	.seconds = {[PVQ_PEERS] = 90},
	.run = chaos_run,
	.read = chaos_read,
	.release = chaos_release,
	.chapter = {{PVQ_PLACE_FAILURE, PVQ_REPORT_ALL, 0, pvq_chaos_chapter, "chaos", 0, NULL}},
};
