/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* EFI_STATUS and errno, one as the other. */
#include <errno.h>

#include "platform/efi/efi.h"

/* Pairs; the first one that matches counts, in either direction. */
static const struct {
	uint8_t status; /* without the error bit, UEFI 2.10 appendix D */
	uint8_t error;	/* positive errno */
} statuses[] = {
	{EFI_NOT_FOUND & 0xff, ENOENT},
	{EFI_INVALID_PARAMETER & 0xff, EINVAL},
	{EFI_UNSUPPORTED & 0xff, ENOTSUP},
	{EFI_OUT_OF_RESOURCES & 0xff, ENOMEM},
	{EFI_LOAD_ERROR & 0xff, ENOEXEC},
	{EFI_ABORTED & 0xff, ECANCELED},
	{EFI_ACCESS_DENIED & 0xff, EACCES},
	{EFI_SECURITY_VIOLATION & 0xff, EPERM},
	{EFI_TIMEOUT & 0xff, ETIMEDOUT},
	{EFI_ALREADY_STARTED & 0xff, EBUSY},
	{EFI_NOT_READY & 0xff, EAGAIN},
	{EFI_BUFFER_TOO_SMALL & 0xff, ENOSPC},
	{EFI_BAD_BUFFER_SIZE & 0xff, EINVAL},
	{EFI_DEVICE_ERROR & 0xff, EIO},
};

int efi_errno(EFI_STATUS status)
{
	size_t i;

	if (!EFI_ERROR(status))
		return 0;
	for (i = 0; i < ARRAY_SIZE(statuses); i++) {
		if (statuses[i].status == (status & 0xff))
			return -(int)statuses[i].error;
	}
	return -EIO;
}

EFI_STATUS efi_status(int rc)
{
	size_t i;

	if (rc >= 0)
		return EFI_SUCCESS;
	for (i = 0; i < ARRAY_SIZE(statuses); i++) {
		if (statuses[i].error == -rc)
			return EFIERR(statuses[i].status);
	}
	return EFI_ABORTED;
}
