/* tell.h: how a task tells a test or an experiment what happens in its workers. */
#ifndef PVQ_TELL_H
#define PVQ_TELL_H

#include <stdint.h>

/* Appends a line with the number to the file that the environment variable names, if it is set: with a single write(), to keep
 * lines of two processes apart. A failure shows as a missing line. */
void pvq_task_tell(const char *variable, uint64_t number);

#endif
