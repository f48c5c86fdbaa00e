import { catalogue, type ErrorType } from "@lib/error/catalogue.ts";
import { ApiError } from "@lib/error/fail.ts";
import { errorResponse } from "@lib/rpc/request-error.ts";
import { describe, expect, test } from "bun:test";

/** The identifiers of the protocol by the status that clients know them with. */
const statuses: Record<number, ErrorType[]> = {
  400: [
    "InvalidUsername",
    "TooManyPendingFriendRequests",
    "UnknownAttachment",
    "CannotJoinCall",
    "TooManyAttachments",
    "TooManyEmbeds",
    "TooManyReplies",
    "TooManyChannels",
    "CannotRemoveYourself",
    "AlreadyPinned",
    "NotPinned",
    "TooManyServers",
    "TooManyEmoji",
    "TooManyRoles",
    "CannotTimeoutYourself",
    "ReachedMaximumBots",
    "IsBot",
    "IsNotBot",
    "CannotReportYourself",
    "InvalidOperation",
    "InvalidProperty",
    "InvalidFlagValue",
    "NoEffect",
    "FailedValidation",
    "HeaderTooLarge",
    "IncorrectData",
    "LiveKitUnavailable",
    "NotAVoiceChannel",
    "AlreadyConnected",
    "NotConnected",
    "UnknownNode",
    "ProxyError",
    "FileTypeNotAllowed",
    "NoEmbedData",
    "VosoUnavailable",
    "FeatureDisabled",
    "MissingHeaders",
    "CaptchaFailed",
    "BlockedByShield",
    "MissingInvite",
    "InvalidInvite",
    "CompromisedPassword",
    "ShortPassword",
    "TotpAlreadyEnabled",
    "DisallowedMFAMethod",
  ],
  401: ["InvalidCredentials", "InvalidSession", "NotAuthenticated", "InvalidToken", "Blacklisted"],
  403: [
    "AlreadyOnboarded",
    "BlockedByOther",
    "NotFriends",
    "CannotDeleteMessage",
    "CannotEditMessage",
    "GroupTooLarge",
    "CantCreateServers",
    "Banned",
    "BotIsPrivate",
    "MissingPermission",
    "MissingUserPermission",
    "NotElevated",
    "NotPrivileged",
    "CannotGiveMissingPermissions",
    "NotOwner",
    "IsElevated",
    "UnverifiedAccount",
    "LockedOut",
  ],
  404: ["UnknownUser", "UnknownChannel", "UnknownMessage", "NotInGroup", "UnknownServer", "InvalidRole", "NotFound"],
  409: [
    "UsernameTaken",
    "AlreadyFriends",
    "AlreadySentRequest",
    "Blocked",
    "AlreadyInGroup",
    "AlreadyInServer",
    "DuplicateNonce",
  ],
  422: ["EmptyMessage", "PayloadTooLarge", "FileTooSmall", "FileTooLarge"],
  429: ["DiscriminatorChangeRatelimited", "InSlowmode"],
  500: [
    "LabelMe",
    "DatabaseError",
    "InternalError",
    "OperationFailed",
    "ImageProcessingFailed",
    "RenderFail",
    "EmailFailed",
  ],
};

const cases = Object.entries(statuses).flatMap(([status, types]) =>
  types.map((type) => [type, Number(status)] as const),
);

describe("http-17: every identifier is answered with the protocol's status", () => {
  test.each(cases)("%s is %d", async (type, status) => {
    const response = errorResponse(new ApiError(type), "/somewhere");
    const named = type === "Blacklisted" ? "DisallowedContactSupport" : type;
    expect([response.status, await response.json()]).toMatchObject([status, { type: named }]);
  });

  test("and there are no others", () => {
    expect(Object.keys(catalogue).toSorted()).toEqual(cases.map(([type]) => type as string).toSorted());
  });
});
