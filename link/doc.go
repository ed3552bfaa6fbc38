// Package link keeps a partner's ID linked to the principals that manage its
// customers' Azure (partner admin link).
//
// A link belongs to one principal in one tenant, and the cloud answers only
// the signed-in principal about its own. So every verb here works on an
// [Account], one signed-in credential, and the links of people who sign in
// elsewhere stand in a [Register].
//
// The order is always: [Observe] reads, [NewPlan] or [NewRemoval] says what
// would change without changing it, [Apply] does it and reads every link back.
// Applying a plan twice does nothing the second time. A link to an ID outside
// the partner's organisation is left alone unless [Options.ReplaceOther] is
// set, and then the plan says so.
//
// Source: Microsoft Learn, "Link a partner ID to your account that's used to
// manage customers"
// (https://learn.microsoft.com/azure/cost-management-billing/manage/link-partner-id).
package link
