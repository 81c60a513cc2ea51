/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* file: URIs: files of volumes that the firmware can read.
 *
 *    file:/path          on the volume that we were loaded from
 *    file:path           the same, looked for beside our own file first
 *    file://LABEL/path   on the volume of that name
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/list.h"
#include "core/poll.h"
#include "net/download.h"
#include "platform/efi/ucs2.h"
#include "platform/efi/volume.h"

SELECT_IF(DOWNLOAD_PROTO_FILE);

/* Read at a time: the screen and the keyboard are looked at in between. */
#define CHUNK_LEN 262144

/* A file being read. */
struct file_read {
	struct list_head list; /* in file_reads */
	struct download *download;
	EFI_FILE_HANDLE file;
	uint8_t chunk[CHUNK_LEN];
};

static LIST_HEAD(file_reads);

/* Is FILE a file, and how long? 0, or -errno with a sentence. */
static int file_size(EFI_FILE_HANDLE file, uint64_t *ret_size)
{
	static EFI_GUID guid = EFI_FILE_INFO_ID;
	uint8_t buf[SIZE_OF_EFI_FILE_INFO + 2 * VOLUME_PATH_MAX]
		__attribute__((aligned(8)));
	const EFI_FILE_INFO *info = (const void *)buf;
	UINTN size = sizeof(buf);
	int rc;

	rc = efi_errno(file->GetInfo(file, &guid, &size, buf));
	if (rc)
		return error_set(rc, "the volume does not say how long it is");
	if (info->Attribute & EFI_FILE_DIRECTORY)
		return error_set(-EISDIR, "that is a folder");
	if (!info->FileSize)
		return error_set(-ENOENT, "that file is empty");
	*ret_size = info->FileSize;
	return 0;
}

/* Open the file TEXT, a path below the first FOLDER characters of PATH, of the
 * volume whose root folder is ROOT. */
static int file_open_in(EFI_FILE_HANDLE root, CHAR16 path[VOLUME_PATH_MAX],
			size_t folder, const char *text,
			EFI_FILE_HANDLE *ret_file)
{
	CHAR16 *c;
	int rc;

	if (ucs2_from_utf8(text, path + folder, VOLUME_PATH_MAX - folder) >=
	    VOLUME_PATH_MAX - folder)
		return error_set(-ENAMETOOLONG, "the path is too long");
	for (c = path + folder; *c; c++) {
		if (*c == '/')
			*c = '\\';
	}
	rc = efi_errno(root->Open(root, ret_file, path, EFI_FILE_MODE_READ, 0));
	if (rc == -ENOENT)
		return error_set(rc, "there is no such file on that volume");
	return rc ? error_set(rc, "the firmware cannot open it") : 0;
}

/* Open the file that DOWNLOAD's URI names, which becomes one that others can
 * be relative to. */
static int file_open(struct download *download, EFI_FILE_HANDLE *ret_file)
{
	struct uri *uri = download->uri;
	struct uri *found;
	const char *text = uri->opaque ? uri->opaque : uri->path;
	CHAR16 path[VOLUME_PATH_MAX];
	EFI_FILE_HANDLE root;
	size_t folder = 0;
	int rc;

	if (!text || !*text)
		return error_set(-EINVAL, "the URI names no file");
	rc = uri->host && *uri->host ? efi_volume_open(uri->host, &root)
				     : efi_volume_open_own(&root);
	if (rc)
		return rc;
	if (uri->opaque)
		folder = efi_volume_own_path(path);
	rc = file_open_in(root, path, folder, text, ret_file);
	if (rc == -ENOENT && folder)
		rc = file_open_in(root, path, 0, text, ret_file);
	root->Close(root);
	found = rc || !uri->opaque ? NULL : efi_volume_uri(path);
	if (found) {
		download->uri = found;
		uri_put(uri);
	}
	return rc;
}

static int file_start(struct download *download)
{
	struct file_read *read;
	EFI_FILE_HANDLE file;
	uint64_t size = 0;
	int rc;

	rc = file_open(download, &file);
	if (rc)
		return rc;
	rc = file_size(file, &size);
	if (!rc)
		rc = download_set_total(download, size);
	read = rc ? NULL : malloc(sizeof(*read));
	if (!read) {
		file->Close(file);
		return rc ? rc : -ENOMEM;
	}
	read->download = download;
	read->file = file;
	list_add_tail(&read->list, &file_reads);
	download->priv = read;
	return 0;
}

static void file_stop(struct download *download)
{
	struct file_read *read = download->priv;

	list_del(&read->list);
	read->file->Close(read->file);
	free(read);
}

/* Read the next piece. */
static void file_step(struct file_read *read)
{
	struct download *download = read->download;
	UINTN len = CHUNK_LEN;
	int rc;

	if (download->is_done)
		return;
	rc = efi_errno(read->file->Read(read->file, &len, read->chunk));
	if (rc)
		rc = error_set(rc, "the volume cannot be read");
	else if (len)
		rc = download_deliver(download, read->chunk, len);
	if (rc || !len || download->received == download->total)
		download_finish(download, rc);
}

static bool file_poll(void)
{
	struct file_read *read, *next;
	bool is_busy = false;

	list_for_each_entry_safe(read, next, &file_reads, list) {
		is_busy |= !read->download->is_done;
		file_step(read);
	}
	return is_busy;
}

static const struct poller file_poller = {.poll = file_poll};
TABLE_REGISTER(pollers, file_poller);

static const struct protocol file_protocol = {
	.scheme = "file",
	.start = file_start,
	.stop = file_stop,
};
TABLE_REGISTER(protocols, file_protocol);
