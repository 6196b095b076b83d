/* peer.c: runs trials, and gives other languages access to the contracts. */
#include "trial/peer.h"
#include "base/parse.h"
#include "trial/describe.h"
#include "trial/observe.h"
#include "trial/trial_args.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- trial ---- */

struct report {
	FILE *f;
	int ret; /* 0, or the first error as -errno */
};

static void tell(const struct pvq_row *row, void *ctx)
{
	struct report *to = ctx;

	if (to->ret == 0)
		to->ret = pvq_row_write(to->f, row);
}

/* The exit status of a trial. A row that was not written whole must not count, even if it can be read. */
static int status_of(const struct report *to, const struct pvq_row *row)
{
	if (to->ret)
		fprintf(stderr, "pvq: cannot report a trial: %s\n", strerror(-to->ret));
	return to->ret == -ENOMEM ? PVQ_TRIAL_NO_MEMORY : to->ret || row->status != PVQ_OK;
}

int pvq_peer_trial(const struct pvq_registry *registry, int argc, char **argv)
{
	static struct pvq_trial_args args; /* large */
	struct report to;
	struct pvq_row row;
	int ret;

	ret = pvq_trial_args_parse(&args, argc, argv);
	if (ret > 0)
		return 0; /* the answer was printed */
	if (ret || pvq_trial_args_find(&args, registry))
		return 2;
	if (args.trial.n == 0) {
		fprintf(stderr, "pvq: trial needs --n\n");
		return 2;
	}
	to.f = fdopen(PVQ_ROW_FD, "we");
	if (!to.f || fcntl(PVQ_ROW_FD, F_SETFD, FD_CLOEXEC)) {
		fputs(errno == ENOMEM ? "pvq: out of memory to begin a trial\n"
				      : "pvq: trial is for pvq's own use; see `pvq run`\n",
			stderr);
		return errno == ENOMEM ? PVQ_TRIAL_NO_MEMORY : 2;
	}
	to.ret = pvq_row_header(to.f);
	pvq_trial_run(&args.trial, &row, tell, &to);
	tell(&row, &to);
	fclose(to.f); /* every row was flushed and checked */
	return status_of(&to, &row);
}

int pvq_peer_main(int argc, char **argv, const struct pvq_impl *const *impls)
{
	const struct pvq_registry registry = {.linked_in = impls};

	if (argc == 2 && strcmp(argv[1], "describe") == 0)
		return pvq_peer_describe(stdout, impls, pvq_contract) ? 1 : 0;
	if (argc > 2 && strcmp(argv[1], "trial") == 0)
		return pvq_peer_trial(&registry, argc - 1, argv + 1);
	fprintf(stderr, "%s: a peer of pvq, which runs it; see `pvq list`\n", argc ? argv[0] : "?");
	return 2;
}

/* ---- for other languages ---- */

uint64_t pvq_peer_items(const struct pvq_load *load)
{
	return load->n;
}

size_t pvq_peer_max_in(const struct pvq_load *load)
{
	return load->max_in;
}

size_t pvq_peer_max_out(const struct pvq_load *load)
{
	return load->max_out;
}

unsigned pvq_peer_workers(const struct pvq_opts *opts)
{
	return opts->workers;
}

unsigned pvq_peer_chunk(const struct pvq_opts *opts)
{
	return opts->chunk;
}

unsigned pvq_peer_window(const struct pvq_opts *opts)
{
	return opts->window;
}

size_t pvq_peer_input(const struct pvq_load *load, uint64_t id, void *buf)
{
	_Alignas(16) char scratch[PVQ_SCRATCH];
	struct pvq_span in = load->task->input(load, id, scratch);

	memcpy(buf, in.ptr, in.len);
	return in.len;
}

ssize_t pvq_peer_run(const struct pvq_load *load, const void *in, size_t len, void *out)
{
	return load->task->run(load, in, len, out, load->max_out);
}

ssize_t pvq_peer_run_item(const struct pvq_load *load, uint64_t id, void *out)
{
	_Alignas(16) char scratch[PVQ_SCRATCH];
	struct pvq_span in = load->task->input(load, id, scratch);

	return load->task->run(load, in.ptr, in.len, out, load->max_out);
}

int pvq_peer_put(struct pvq_sink *sink, uint64_t id, const void *out, size_t len, int status)
{
	return sink->put(sink, id, out, len, status);
}

int pvq_peer_fail(struct pvq_error *err, int code, const char *message)
{
	return pvq_fail(err, code, "%s", message);
}

void pvq_peer_add_usage(const struct pvq_usage *used, uint64_t peak_kb)
{
	pvq_trial_add_usage(used, peak_kb);
}

/* The value of an option, as the driver writes it; "": none. */
static const char *word_of(int argc, char **argv, const char *option)
{
	for (int i = 0; i < argc; i++)
		if (strncmp(argv[i], option, strlen(option)) == 0)
			return argv[i] + strlen(option);
	return "";
}

const struct pvq_load *pvq_peer_load(int argc, char **argv)
{
	static struct pvq_spec spec;
	static struct pvq_load load;
	static struct pvq_observer observer;
	struct pvq_error err = PVQ_NO_ERROR;
	uint64_t n, seed;

	if (pvq_spec_parse(&spec, word_of(argc, argv, "--task=")) ||
		pvq_parse_count("--n", word_of(argc, argv, "--n="), 1, UINT64_MAX, &n) ||
		pvq_parse_count("--seed", word_of(argc, argv, "--seed="), 0, UINT64_MAX, &seed))
		return NULL;
	if (pvq_load_build(&load, &spec, n, seed, &err)) {
		fprintf(stderr, "pvq: %s\n", err.msg);
		return NULL;
	}
	if (!word_of(argc, argv, "--observe=")[0])
		return &load;
	/* The parent's load is wrapped as well, and expects the stamps that are appended to results here. */
	if (pvq_observer_init(&observer, &load, NULL)) {
		fprintf(stderr, "pvq: out of memory to observe the items\n");
		return NULL;
	}
	return &observer.load;
}
