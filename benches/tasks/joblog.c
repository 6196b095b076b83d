/* joblog.c: writes and reads the log of commands. */
#include "joblog.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char header[] = "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n";

/* Appends the text with one write. 0 or -errno. */
static int append(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666), ret = 0;
	ssize_t wrote;

	if (fd < 0)
		return -errno;
	wrote = write(fd, text, len);
	if (wrote != (ssize_t)len)
		ret = wrote < 0 ? -errno : -ENOSPC;
	if (close(fd) && ret == 0)
		ret = -errno;
	return ret;
}

int pvq_joblog_begin(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t len = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	char last = '\n';

	if (fd < 0 && errno != ENOENT)
		return -errno;
	if (len > 0 && pread(fd, &last, 1, len - 1) < 0)
		len = -1;
	if (fd >= 0)
		close(fd);
	if (len < 0)
		return -EIO;
	if (len == 0)
		return append(path, header, sizeof(header) - 1);
	return last == '\n' ? 0 : append(path, "\n", 1);
}

static void write_escaped(FILE *f, const char *text)
{
	for (; *text; text++)
		if (*text == '\n')
			fputs("\\n", f);
		else if (iscntrl((unsigned char)*text))
			fprintf(f, "\\%03o", (unsigned char)*text);
		else
			fputc(*text, f);
}

int pvq_joblog_add(const char *path, const struct pvq_joblog_line *line)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	int ret;

	if (!f)
		return -ENOMEM;
	fprintf(f, "%" PRIu64 "\t:\t%.3f\t%10.3f\t0\t%" PRIu64 "\t%d\t%d\t", line->seq,
		(double)line->at_ns / 1e9, (double)line->for_ns / 1e9, line->received,
		WIFEXITED(line->wstatus) ? WEXITSTATUS(line->wstatus) : 0,
		WIFSIGNALED(line->wstatus) ? WTERMSIG(line->wstatus) : 0);
	write_escaped(f, line->command);
	fputc('\n', f);
	ret = fclose(f) ? -ENOMEM : append(path, text, len);
	free(text);
	return ret;
}

int pvq_joblog_same(const char *logged, const char *command)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	int same;

	if (!f)
		return 0;
	write_escaped(f, command);
	same = fclose(f) == 0 && strcmp(text, logged) == 0;
	free(text);
	return same;
}

/* Cuts the line. 1: its command succeeded; 0: it failed, or the line was cut off. */
static int read_line(char *line, uint64_t *seq, const char **command)
{
	enum { SEQ, EXITVAL = 6, SIGNAL, COMMAND, FIELDS };
	char *field[FIELDS], *end = strchr(line, '\n');

	if (!end)
		return 0;
	*end = '\0';
	for (int i = 0; i < FIELDS; i++) {
		field[i] = line;
		line += strcspn(line, "\t");
		if (i < COMMAND && *line)
			*line++ = '\0';
		else if (i < COMMAND)
			return 0;
	}
	*seq = strtoull(field[SEQ], &end, 10);
	*command = field[COMMAND];
	return *seq > 0 && *end == '\0' && strcmp(field[EXITVAL], "0") == 0 &&
	       strcmp(field[SIGNAL], "0") == 0;
}

int pvq_joblog_succeeded(
	const char *path, int (*each)(void *ctx, uint64_t seq, const char *command), void *ctx)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	const char *command;
	size_t room = 0;
	uint64_t seq;
	int ret = 0;

	if (!f)
		return -errno;
	if (getline(&line, &room, f) > 0 && strcmp(line, header) != 0)
		ret = -EBADMSG;
	while (ret == 0 && getline(&line, &room, f) > 0)
		if (read_line(line, &seq, &command))
			ret = each(ctx, seq, command);
	free(line);
	fclose(f);
	return ret;
}
