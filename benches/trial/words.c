/* words.c: the lists of words. */
#include "trial/words.h"
#include "impl.h"

const char *const pvq_order_words[] = {
	[PVQ_UNORDERED] = "unordered", [PVQ_ORDERED] = "ordered", [PVQ_ORDERED + 1] = NULL};

const char *const pvq_via_words[] = {[PVQ_VIA_CALL] = "call",
	[PVQ_VIA_POINTER] = "pointer",
	[PVQ_VIA_INHERIT] = "inherit",
	[PVQ_VIA_PIPE] = "pipe",
	[PVQ_VIA_SHM] = "shm",
	[PVQ_VIA_MESSAGE] = "message",
	[PVQ_VIA_MESSAGE + 1] = NULL};

const char *const pvq_flag_words[] = {"caller_works", "reusable", "survives_crash", "streams", "baseline",
	"harness", "lingers", "one_worker", "commands_only", NULL};

const char *const pvq_status_words[] = {[PVQ_OK] = "ok",
	[PVQ_ERROR] = "error",
	[PVQ_CRASHED] = "crashed",
	[PVQ_TIMEOUT] = "timeout",
	[PVQ_UNAVAILABLE] = "unavailable",
	[PVQ_PLANNED] = "planned",
	[PVQ_PLANNED + 1] = NULL};

const char *const pvq_cause_words[] = {[PVQ_CAUSE_NONE] = "none",
	[PVQ_CAUSE_TASK_ERROR] = "task_error",
	[PVQ_CAUSE_WORKER_DIED] = "worker_died",
	[PVQ_CAUSE_ITEM_TIMEOUT] = "item_timeout",
	[PVQ_CAUSE_GAVE_UP] = "gave_up",
	[PVQ_CAUSE_WRONG_RESULT] = "wrong_result",
	[PVQ_CAUSE_NOT_BEGUN] = "not_begun",
	[PVQ_CAUSE_NOT_RECORDED] = "not_recorded",
	[PVQ_CAUSE_UNAVAILABLE] = "unavailable",
	[PVQ_CAUSE_TRIAL_DIED] = "trial_died",
	[PVQ_CAUSE_DRIVER_TIMEOUT] = "driver_timeout",
	[PVQ_CAUSE_BAD_REPORT] = "bad_report",
	[PVQ_CAUSE_BAD_REPORT + 1] = NULL};

const char *const pvq_verified_words[] = {[PVQ_VERIFIED_NO] = "no",
	[PVQ_VERIFIED_ORACLE] = "oracle",
	[PVQ_VERIFIED_SERIAL] = "serial",
	[PVQ_UNVERIFIED] = "unverified",
	[PVQ_UNVERIFIED + 1] = NULL};
