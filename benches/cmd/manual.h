/* manual.h: the manual page and the completion of bash, from the tables of the commands. */
#ifndef PVQ_MANUAL_H
#define PVQ_MANUAL_H

#include "cmd/cmd.h"

/* Print them on stdout. commands ends with NULL. */
void pvq_manual_print(const struct pvq_command *const *commands);
void pvq_completion_print(const struct pvq_command *const *commands);

#endif
