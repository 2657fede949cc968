import {
  assignRole,
  eraseUser,
  inviteUser,
  reactivateUser,
  resendInvitation,
  revokeSession,
  revokeSessions,
  suspendUser,
  updateProfile,
  updateUser,
} from "#domain/users/index.js";
import type { ShelfRules } from "../access/rules.js";

export const usersRules: ShelfRules = {
  Query: { user: "user:read", users: "user:read", roleChangePreview: "user:role", sessions: "signedIn" },
  Mutation: {
    inviteUser: inviteUser.permission,
    resendInvitation: resendInvitation.permission,
    updateUser: updateUser.permission,
    updateProfile: updateProfile.permission,
    suspendUser: suspendUser.permission,
    reactivateUser: reactivateUser.permission,
    assignRole: assignRole.permission,
    eraseUser: eraseUser.permission,
    revokeSession: revokeSession.permission,
    revokeSessions: revokeSessions.permission,
    changePassword: "signedIn",
    requestPasswordReset: "public",
    resetPassword: "public",
  },
};
