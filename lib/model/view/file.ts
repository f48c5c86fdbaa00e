import type { File, Metadata } from "@lib/model/file.ts";
import type { FileDocument, FileMetadata } from "@lib/model/stored/file.ts";
import { defined } from "@lib/model/view/defined.ts";

/** A file without where it is kept, who uploaded it and what it is used for (conformance data-71). */
export function viewFile(file: FileDocument): File {
  return defined({
    _id: file._id,
    tag: file.tag,
    filename: file.filename,
    metadata: viewMetadata(file.metadata),
    content_type: file.content_type,
    size: file.size,
    deleted: file.deleted,
    reported: file.reported,
    message_id: file.message_id,
    user_id: file.user_id,
    server_id: file.server_id,
    object_id: file.object_id,
  });
}

/** What is known about a file; of images that is null where it is not known. */
function viewMetadata(metadata: FileMetadata): Metadata {
  return metadata.type === "Image" ? { ...unknownOfImages, ...metadata } : metadata;
}

const unknownOfImages = { thumbhash: null, animated: null };
