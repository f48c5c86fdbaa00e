import { z } from "zod";
import { address, filled, flag, fraction, list, pair, text, whole } from "@lib/settings/fields.ts";

const side = () => whole({ min: 1, max: 65_535 });

const size = (width: number, height: number, what: string) =>
  pair(side()).default([width, height]).describe(`Largest preview of ${what}: width, height`);

const S3Settings = z.strictObject({
  endpoint: address(["http:", "https:"]).default("http://minio:9000").describe("S3 server"),
  path_style_buckets: flag().default(false).describe("The bucket is part of the path instead of the host name"),
  region: text().default("minio").describe("S3 region"),
  access_key_id: text().default("").describe("S3 access key"),
  secret_access_key: text().default("").meta({ description: "S3 secret key", secret: true }),
  default_bucket: filled().default("revolt-uploads").describe("Bucket of new uploads"),
});

/** Settings of the file server. */
export const FileSettings = z.strictObject({
  encryption_key: z.string().refine(isEncryptionKey, "must be 32 bytes in base64").default("").meta({
    description: "Base64 of 32 bytes that encrypt stored files; empty = generated at the first start",
    secret: true,
  }),
  webp_quality: fraction({ min: 0, max: 100 }).default(80).describe("Quality of previews; 100 = lossless"),
  blocked_mime_types: list(text()).default([]).describe("Types refused on upload"),
  clamd_host: z
    .string()
    .regex(/^$|^[^\s:]+:\d{1,5}$/, "must be host:port")
    .default("")
    .describe("ClamAV, host:port; empty = no scan"),
  scan_mime_types: list(text())
    .default([
      "application/vnd.microsoft.portable-executable",
      "application/vnd.android.package-archive",
      "application/zip",
    ])
    .describe("Types that are scanned; empty = all"),
  limit: z
    .strictObject({
      min_file_size: whole({ min: 0 }).default(1).describe("Smallest upload in bytes"),
      min_resolution: pair(side()).default([1, 1]).describe("Smallest picture: width, height"),
      max_mega_pixels: whole({ min: 1, max: 10_000 }).default(40).describe("Largest picture in millions of pixels"),
      max_pixel_side: side().default(10_000).describe("Longest side of a picture in pixels"),
    })
    .prefault({})
    .describe("Limits of uploads"),
  preview: z
    .strictObject({
      attachments: size(1280, 1280, "attachments"),
      avatars: size(128, 128, "avatars"),
      backgrounds: size(1280, 720, "profile backgrounds"),
      icons: size(128, 128, "icons"),
      banners: size(480, 480, "banners"),
      emojis: size(128, 128, "emoji"),
    })
    .prefault({})
    .describe("Previews"),
  s3: S3Settings.prefault({}).describe("S3 server with the files of an existing deployment"),
});

function isEncryptionKey(value: string): boolean {
  return value === "" || (/^[A-Za-z0-9+/]+=*$/.test(value) && Buffer.from(value, "base64").length === 32);
}
