/* mpi_pool.c: a master and its workers are the ranks of an Open MPI job, on one machine or many.
 *
 *	rank 0 ──tasks──> rank 1 … workers ──results──> rank 0: put()
 *
 * A message holds `chunk` items. Every worker gets two messages ahead, so it need not wait for the master's answer, and the
 * next one when it returns results. All ranks build the same load from the same command line.
 *
 * The driver starts this program like every peer. The program then starts `mpirun` with itself as every rank.
 * $PVQ_HOSTFILE names a hostfile; $PVQ_MPIRUN_ARGS holds further arguments for mpirun. If a rank dies, Open MPI ends the
 * whole job. The row's CPU time and memory are those of all ranks, without mpirun.
 *
 * needs: libopenmpi-dev openmpi-bin pkg-config pkg-config:ompi-c
 */
#include "child.h"
#include "trial/peer.h"

#include <errno.h>
#include <inttypes.h>
#include <mpi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { TAG_TASKS, TAG_RESULTS, TAG_END };

enum { AHEAD = 2, MESSAGE_MAX = 64 << 20, WORDS_MAX = 96 };

/* An item in a message. Its bytes follow; the next item starts at a multiple of 16. */
struct item {
	uint64_t id;
	int64_t len; /* of the bytes; in a result it may be the task's -errno */
	_Alignas(16) char data[];
};

static size_t item_size(size_t len)
{
	return (sizeof(struct item) + len + 15) / 16 * 16;
}

static size_t payload(const struct item *item)
{
	return item->len > 0 ? (size_t)item->len : 0;
}

/* Sums up the resources of all ranks. Every rank contributes its own but rank 0, whose use the driver's code knows. In
 * rank 0, *used is the sum and *peak_kb the largest. */
static void sum_usage(struct pvq_usage *used, uint64_t *peak_kb)
{
	uint64_t own[] = {used->user_ns, used->sys_ns, used->nvcsw, used->nivcsw}, sum[4] = {0}, most = 0;

	MPI_Reduce(own, sum, 4, MPI_UINT64_T, MPI_SUM, 0, MPI_COMM_WORLD);
	MPI_Reduce(peak_kb, &most, 1, MPI_UINT64_T, MPI_MAX, 0, MPI_COMM_WORLD);
	*used = (struct pvq_usage){.user_ns = sum[0], .sys_ns = sum[1], .nvcsw = sum[2], .nivcsw = sum[3]};
	*peak_kb = most;
}

/* ---- ranks 1 and up ---- */

/* Runs every item of the message `in` and writes the results as the message `out`. Returns its bytes. */
static int serve_message(const struct pvq_load *load, const char *in, int bytes, char *out)
{
	size_t from = 0, to = 0;

	while (from < (size_t)bytes) {
		const struct item *task = (const struct item *)(const void *)(in + from);
		struct item *result = (struct item *)(void *)(out + to);

		result->id = task->id;
		result->len = load->task->run(load, task->data, payload(task), result->data, load->max_out);
		from += item_size(payload(task));
		to += item_size(payload(result));
	}
	return (int)to;
}

static int serve(const struct pvq_load *load, size_t in_most, size_t out_most)
{
	char *in = aligned_alloc(16, in_most), *out = aligned_alloc(16, out_most);
	struct pvq_usage before, after, used;
	uint64_t peak_kb;
	MPI_Status status;
	int bytes;

	if (!in || !out) {
		fprintf(stderr, "mpi_pool: no memory for messages of %zu bytes\n", in_most + out_most);
		return MPI_Abort(MPI_COMM_WORLD, 1);
	}
	MPI_Barrier(MPI_COMM_WORLD); /* pairs with the one in the master's start() */
	before = pvq_process_usage();
	for (;;) {
		MPI_Recv(in, (int)in_most, MPI_BYTE, 0, MPI_ANY_TAG, MPI_COMM_WORLD, &status);
		if (status.MPI_TAG == TAG_END)
			break;
		MPI_Get_count(&status, MPI_BYTE, &bytes);
		bytes = serve_message(load, in, bytes, out);
		MPI_Send(out, bytes, MPI_BYTE, 0, TAG_RESULTS, MPI_COMM_WORLD);
	}
	after = pvq_process_usage();
	used = pvq_usage_between(&before, &after);
	peak_kb = pvq_process_peak_kb();
	sum_usage(&used, &peak_kb);
	free(in);
	free(out);
	return 0;
}

/* ---- rank 0: the strategy ---- */

/* A message sent to a worker, until its results have come. */
struct parcel {
	char *bytes;
	MPI_Request sent;
};

struct mpi_pool {
	const struct pvq_load *load;
	unsigned workers, chunk;
	struct parcel *parcel; /* AHEAD for each worker */
	unsigned *oldest;      /* [worker]: the parcel whose results come next */
	char *results;
	uint64_t next;  /* next item to send */
	unsigned waits; /* messages whose results have not come */
};

static int ranks_ready; /* whether start() met the other ranks; run_rank() needs it */

static size_t message_size(unsigned chunk, size_t most)
{
	return chunk * item_size(most);
}

static unsigned fitting_chunk(const struct pvq_load *load, unsigned chunk)
{
	size_t most = load->max_in > load->max_out ? load->max_in : load->max_out;

	chunk = chunk ? chunk : 1;
	while (chunk > 1 && message_size(chunk, most) > MESSAGE_MAX)
		chunk /= 2;
	return chunk;
}

static void mpi_pool_tune(const struct pvq_load *load, struct pvq_opts *opts)
{
	opts->chunk = fitting_chunk(load, opts->chunk);
	opts->window = opts->workers * AHEAD * opts->chunk;
}

static void mpi_pool_free(struct mpi_pool *m)
{
	for (unsigned i = 0; m->parcel && i < m->workers * AHEAD; i++)
		free(m->parcel[i].bytes);
	free(m->parcel);
	free(m->oldest);
	free(m->results);
	free(m);
}

static int mpi_pool_allocate(struct mpi_pool *m)
{
	size_t in_most = message_size(m->chunk, m->load->max_in);

	m->parcel = calloc((size_t)m->workers * AHEAD, sizeof(*m->parcel));
	m->oldest = calloc(m->workers, sizeof(*m->oldest));
	m->results = aligned_alloc(16, message_size(m->chunk, m->load->max_out));
	if (!m->parcel || !m->oldest || !m->results)
		return -ENOMEM;
	for (unsigned i = 0; i < m->workers * AHEAD; i++) {
		m->parcel[i] =
			(struct parcel){.bytes = aligned_alloc(16, in_most), .sent = MPI_REQUEST_NULL};
		if (!m->parcel[i].bytes)
			return -ENOMEM;
	}
	return 0;
}

static int mpi_pool_start(
	void **self, const struct pvq_load *load, const struct pvq_opts *opts, struct pvq_error *err)
{
	struct mpi_pool *m = calloc(1, sizeof(*m));
	int ranks;

	if (!m)
		return pvq_fail(err, -ENOMEM, "cannot start");
	m->load = load;
	m->workers = opts->workers;
	m->chunk = opts->chunk;
	MPI_Comm_size(MPI_COMM_WORLD, &ranks);
	if (mpi_pool_allocate(m) || ranks != (int)opts->workers + 1) {
		mpi_pool_free(m);
		return pvq_fail(err, -EINVAL, "have %d ranks for %u workers", ranks - 1, opts->workers);
	}
	MPI_Barrier(MPI_COMM_WORLD); /* wait until all ranks have built the load */
	ranks_ready = 1;
	*self = m;
	return 0;
}

/* Packs the next items and starts sending them to the worker. Does nothing if no item is left. */
static void send_items(struct mpi_pool *m, unsigned worker, unsigned slot)
{
	struct parcel *parcel = &m->parcel[worker * AHEAD + slot];
	const struct pvq_load *load = m->load;
	_Alignas(16) char scratch[PVQ_SCRATCH];
	size_t bytes = 0;

	if (m->next == load->n)
		return;
	/* Does not block: this parcel's last results are here, so its message was received. */
	MPI_Wait(&parcel->sent, MPI_STATUS_IGNORE);
	for (unsigned i = 0; i < m->chunk && m->next < load->n; i++, m->next++) {
		struct pvq_span in = load->task->input(load, m->next, scratch);
		struct item *item = (struct item *)(void *)(parcel->bytes + bytes);

		item->id = m->next;
		item->len = (int64_t)in.len;
		memcpy(item->data, in.ptr, in.len);
		bytes += item_size(in.len);
	}
	/* Not MPI_Send, which may deadlock: a worker that sends a long result waits for us to receive it. */
	MPI_Isend(parcel->bytes, (int)bytes, MPI_BYTE, (int)worker + 1, TAG_TASKS, MPI_COMM_WORLD,
		&parcel->sent);
	m->waits++;
}

/* Receives one message of results into m->results. Returns the worker that sent it. */
static unsigned receive(struct mpi_pool *m, int *bytes)
{
	MPI_Status status;

	MPI_Recv(m->results, (int)message_size(m->chunk, m->load->max_out), MPI_BYTE, MPI_ANY_SOURCE,
		TAG_RESULTS, MPI_COMM_WORLD, &status);
	MPI_Get_count(&status, MPI_BYTE, bytes);
	m->waits--;
	return (unsigned)status.MPI_SOURCE - 1;
}

static int put_items(const struct mpi_pool *m, int bytes, struct pvq_sink *sink, struct pvq_error *err)
{
	int ret = 0;

	for (size_t at = 0; ret >= 0 && at < (size_t)bytes;) {
		const struct item *item = (const struct item *)(const void *)(m->results + at);

		ret = item->len >= 0 ? sink->put(sink, item->id, item->data, (size_t)item->len, 0)
				     : sink->put(sink, item->id, NULL, 0, (int)item->len);
		if (ret < 0)
			return pvq_fail(err, ret, "result of item %" PRIu64 " refused", item->id);
		at += item_size(payload(item));
	}
	return 0;
}

static int mpi_pool_map(void *self, struct pvq_sink *sink, struct pvq_error *err)
{
	struct mpi_pool *m = self;
	int ret = 0, bytes;

	m->next = 0;
	for (unsigned slot = 0; slot < AHEAD; slot++)
		for (unsigned w = 0; w < m->workers; w++)
			send_items(m, w, slot);
	memset(m->oldest, 0, m->workers * sizeof(*m->oldest));
	while (ret == 0 && m->waits > 0) {
		unsigned worker = receive(m, &bytes), slot = m->oldest[worker];

		m->oldest[worker] = (slot + 1) % AHEAD; /* a worker answers in the order it was asked */
		ret = put_items(m, bytes, sink, err);
		if (ret == 0)
			send_items(m, worker, slot);
	}
	return ret;
}

static int mpi_pool_stop(void *self, struct pvq_error *err)
{
	struct mpi_pool *m = self;
	struct pvq_usage used = {0};
	uint64_t peak_kb = 0;
	int bytes;

	(void)err;
	while (m->waits > 0) /* after a failed map */
		(void)receive(m, &bytes);
	for (unsigned i = 0; i < m->workers * AHEAD; i++)
		MPI_Wait(&m->parcel[i].sent, MPI_STATUS_IGNORE);
	for (unsigned w = 0; w < m->workers; w++)
		MPI_Send(NULL, 0, MPI_BYTE, (int)w + 1, TAG_END, MPI_COMM_WORLD);
	sum_usage(&used, &peak_kb);
	pvq_peer_add_usage(&used, peak_kb);
	mpi_pool_free(m);
	return 0;
}

const struct pvq_impl pvq_impl_mpi_pool = {
	.name = "mpi_pool",
	.summary = "Open MPI: a master and its workers, on one host or many",
	.order = PVQ_UNORDERED,
	.in_via = PVQ_VIA_MESSAGE,
	.out_via = PVQ_VIA_MESSAGE,
	.flags = PVQ_REUSABLE | PVQ_STREAMS | PVQ_LINGERS,
	.tune = mpi_pool_tune,
	.start = mpi_pool_start,
	.map = mpi_pool_map,
	.stop = mpi_pool_stop,
	.version = PVQ_PEER_VERSION,
};

/* ---- the launcher ---- */

static unsigned word_number(int argc, char **argv, const char *option)
{
	for (int i = 0; i < argc; i++)
		if (strncmp(argv[i], option, strlen(option)) == 0)
			return (unsigned)strtoul(argv[i] + strlen(option), NULL, 10);
	return 0;
}

/* Runs mpirun: its arguments, this program, this program's arguments. */
static void exec_mpirun(int argc, char **argv)
{
	static char self[4096], ranks[16];
	const char *word[WORDS_MAX] = {"mpirun", "-n", ranks, "--bind-to", "none", "--oversubscribe",
		"--mca", "mpi_yield_when_idle", "1"};
	const char *hostfile = getenv("PVQ_HOSTFILE"), *more = getenv("PVQ_MPIRUN_ARGS");
	char *rest = more ? strdup(more) : NULL, *save = NULL;
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int n = 9;

	if (len <= 0)
		return;
	snprintf(ranks, sizeof(ranks), "%u", word_number(argc, argv, "--workers=") + 1);
	if (hostfile) {
		word[n++] = "--hostfile";
		word[n++] = hostfile;
	}
	for (char *w = rest ? strtok_r(rest, " ", &save) : NULL; w && n < WORDS_MAX / 2;
		w = strtok_r(NULL, " ", &save))
		word[n++] = w;
	word[n++] = self;
	for (int i = 1; i < argc && n < WORDS_MAX - 1; i++)
		word[n++] = argv[i];
	if (geteuid() == 0) { /* mpirun wants root to confirm twice */
		setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
		setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
	}
	execvp(word[0], (char *const *)word);
	free(rest);
}

/* Sorts the lines of a job's stdout. mpirun passes only the first three descriptors on, so rank 0 writes its rows to
 * stdout too. Rows begin with the strategy's name, and a header comes before them. Lines of --print begin with a digit.
 * All others are mpirun's own messages. */
static void forward(FILE *from, FILE *rows)
{
	char *line = NULL;
	size_t cap = 0;

	while (getline(&line, &cap, from) > 0) {
		if (strncmp(line, "impl,", 5) == 0 || strncmp(line, "mpi_pool", 8) == 0) {
			fputs(line, rows);
			(void)!write(PVQ_ROW_FD, line, strlen(line)); /* fails only if the driver is dead */
		} else if (line[0] >= '0' && line[0] <= '9') {
			fputs(line, stdout);
			fflush(stdout);
		} else {
			fputs(line, stderr);
		}
	}
	free(line);
}

/* Completes the row of a job that was ended: it wrote its first row, and no more. */
static void tell_death(char *text, size_t len, int wstatus)
{
	FILE *rows = len ? fmemopen(text, len, "r") : NULL, *f = fdopen(PVQ_ROW_FD, "w");
	struct pvq_rows read = {0};
	char fate[64];

	if (rows && f && pvq_rows_read(&read, rows) == 0 && read.count &&
		read.row[read.count - 1].status == PVQ_PLANNED) {
		struct pvq_row *row = &read.row[read.count - 1];

		row->status = PVQ_CRASHED;
		row->cause = PVQ_CAUSE_WORKER_DIED;
		snprintf(row->reason, sizeof(row->reason),
			"a rank died, so Open MPI ended the whole job (mpirun: %s)",
			pvq_child_fate(wstatus, fate, sizeof(fate)));
		(void)pvq_row_write(f, row);
	}
	pvq_rows_free(&read);
	if (rows)
		fclose(rows);
	if (f)
		fclose(f);
}

static void nothing(int sig)
{
	(void)sig;
}

static int launch(int argc, char **argv)
{
	/* A SIGTERM to this process group is for mpirun, which then removes its files. This process must outlive it: if
	 * it died first, mpirun would be ended before it had finished. */
	const struct sigaction stay = {.sa_handler = nothing, .sa_flags = SA_RESTART};
	char *text = NULL;
	size_t len = 0;
	FILE *rows = open_memstream(&text, &len), *from;
	int channel[2], wstatus;
	pid_t pid;

	sigaction(SIGTERM, &stay, NULL);
	if (!rows || pipe(channel) || !(from = fdopen(channel[0], "r"))) {
		perror("mpi_pool");
		return 1;
	}
	pid = pvq_child_fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM); /* not SIGKILL: mpirun removes its files */
		dup2(channel[1], STDOUT_FILENO);
		close(channel[0]);
		close(channel[1]);
		exec_mpirun(argc, argv);
		perror("mpi_pool: cannot run mpirun");
		_exit(127);
	}
	close(channel[1]);
	forward(from, rows);
	fclose(from);
	wstatus = pid < 0 ? 1 : pvq_child_reap(pid);
	fclose(rows);
	if (wstatus)
		tell_death(text, len, wstatus);
	free(text);
	return wstatus ? 1 : 0;
}

/* ---- a rank ---- */

static int run_rank(int argc, char **argv, const struct pvq_impl *const *impls)
{
	const struct pvq_load *load;
	unsigned chunk;
	int rank;

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a rank ends with mpirun, even if that is killed */
	MPI_Init(&argc, &argv);
	MPI_Comm_rank(MPI_COMM_WORLD, &rank);
	if (rank == 0) {
		dup2(STDOUT_FILENO, PVQ_ROW_FD);
		(void)pvq_peer_main(argc, argv, impls); /* its row holds the outcome */
		if (!ranks_ready) {
			fflush(stdout);
			MPI_Abort(MPI_COMM_WORLD,
				1); /* else the other ranks wait for a start that never comes */
		}
	} else {
		load = pvq_peer_load(argc, argv);
		if (!load)
			return MPI_Abort(MPI_COMM_WORLD, 1);
		chunk = fitting_chunk(load, word_number(argc, argv, "--chunk="));
		serve(load, message_size(chunk, load->max_in), message_size(chunk, load->max_out));
	}
	MPI_Finalize();
	return 0;
}

int main(int argc, char **argv)
{
	const struct pvq_impl *const impls[] = {&pvq_impl_mpi_pool, NULL};

	if (argc < 2 || strcmp(argv[1], "trial") != 0)
		return pvq_peer_main(argc, argv, impls);
	return getenv("OMPI_COMM_WORLD_SIZE") ? run_rank(argc, argv, impls) : launch(argc, argv);
}
