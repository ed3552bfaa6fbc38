package repair

import (
	"cmp"
	"fmt"
	"time"

	"github.com/pharos-pec/pharos"
)

// words are what an ask says of one step, each a sentence or a few.
type words struct {
	// Short is for a subject, Request the same in full.
	Short, Request string
	// Why is why we ask.
	Why string
	// Gives is what we can do with it, Keeps what stays as it is.
	Gives, Keeps string
	// Back is how it is taken back, "" where nothing is given.
	Back string
	// How is how it is done where no script can do it.
	How string
}

// wordsOf are the words about a step. The error has code Unsupported for a
// step that is not a customer's to do.
func (h *Letterhead) wordsOf(s *Step) (words, error) {
	t := &s.Target
	where := oneLine(h.scopeName(t.Scope, ""))
	short := oneLine(cmp.Or(h.Names.Subscriptions[t.Scope.Subscription()].Name, string(t.Scope.Subscription())))
	who := fmt.Sprintf("%s (object id %s)", oneLine(t.who()), t.Principal)
	role := pharos.Roles().Lookup(t.Role).Name
	offer := fmt.Sprintf("the delegation %q", oneLine(cmp.Or(t.Offer, t.Delegation)))
	w := words{
		Why:   "Microsoft credits a partner for looking after a customer's resources, but only for days on which the partner holds such a role there. At present we hold none that counts for what is listed below.",
		Keeps: "What Microsoft charges for your resources stays the same, and nobody else gains or loses anything.",
		Gives: gives(t.Role),
	}
	switch {
	case t.Delegation != "" && (s.Kind == AddAuthorization || s.Kind == MakeStanding):
		w.Short = fmt.Sprintf("one more line in %s of %s", offer, short)
		w.Request = fmt.Sprintf("Deploy the template to %s. It is %s as it stood on %s, with one line more: the role %s for %s. If anybody has changed the delegation since, ask us for a new template.",
			where, offer, h.read.UTC().Format(time.DateOnly), role, who)
		w.Keeps = "Every other line of the delegation stays as it is, just-in-time roles included. " + w.Keeps
		w.Back = "You can remove the delegation in the Azure portal under Service providers, at any time; or we send you the template without the line."
	case s.Kind == Assign || s.Kind == MakeStanding:
		w.Short = fmt.Sprintf("the role %s on %s", role, short)
		w.Request = fmt.Sprintf("Assign the role %s on %s to %s.", role, where, who)
		w.Back = "You can remove the role assignment in the Azure portal under Access control (IAM), at any time."
	case s.Kind == RestoreAOBO:
		w.Short = fmt.Sprintf("the role %s on %s for our agents", role, short)
		w.Request = fmt.Sprintf("Assign the role %s on %s to our group %s. It lives in our tenant, so that the portal does not offer it: only a script can assign it, as a ForeignGroup.", role, where, who)
		w.Gives = gives(t.Role) + " Every member of the group has this. A subscription that is bought through a partner has it from the start. If it is more than you want to give, tell us: a much smaller role serves as well."
		w.Back = "You can remove the role assignment in the Azure portal under Access control (IAM), at any time."
	case s.Kind == Delegate:
		w.Short = fmt.Sprintf("a delegation of %s", short)
		w.Request = fmt.Sprintf("Deploy the template to %s. It delegates it to our tenant by Azure Lighthouse, with the role %s for %s, who can also give the delegation up.", where, role, who)
		w.Back = "You see the delegation in the Azure portal under Service providers, and can remove it there at any time."
	case s.Kind == LiftDenial:
		w.Short = "a deny assignment in the way at " + short
		w.Request = fmt.Sprintf("Remove the deny assignment at %s, if you can do without it; the script only shows it.", where)
		w.Why = "A deny assignment takes away what roles give. While it stands, Microsoft does not count our role for what is listed below."
		w.Gives = "Nothing new: the roles that we hold there already work again."
		w.Keeps = "What the deny assignment protects can then be changed by everybody who holds a role there, your own people included. " + w.Keeps
		w.How = "A deny assignment is made by something else, which alone can remove it: a deployment stack (set its deny settings to none), a managed application (its publisher), or a blueprint (unassign or unlock it)."
	case s.Kind == Sell && t.Cause == pharos.NoCustomerAgreement:
		w.Short = "acceptance of the Microsoft Customer Agreement"
		w.Request = "Accept the Microsoft Customer Agreement: somebody who may sign for your company follows the link in the invitation that we send."
		w.Why = "Microsoft has no signature of yours on record, and without one does not credit a partner for looking after your resources."
		w.Gives, w.Keeps = "No access to anything.", "Your subscriptions and prices stay as they are."
		w.How = "If it was signed on paper, tell us who signed and when, and we confirm it to Microsoft."
	case s.Kind == Sell && t.Cause == pharos.NotAzurePlan:
		w.Short = "leave to move " + short + " to the Azure plan"
		w.Request = fmt.Sprintf("Agree that we move %s to the Azure plan.", where)
		w.Why = "It is sold under Microsoft's old offer, under which Microsoft does not credit a partner for looking after it."
		w.Gives = "No access to anything."
		w.Keeps = "Your resources run on without an interruption. Price and terms are those of the Azure plan: we tell you before what changes."
		w.How = "You need do nothing but answer."
	default:
		return w, pharos.Errorf(pharos.Unsupported, "step %s: %s is not for a customer to do", s.ID, s.Kind)
	}
	return w, nil
}

// gives says what can be done with a role. Source: Microsoft Learn, "Azure
// built-in roles".
func gives(role pharos.RoleID) string {
	switch role {
	case pharos.SupportRequestContributor:
		return "It can open and follow support requests to Microsoft, and see which resource groups there are and who holds which role. It can change no resource and read none of your data."
	case pharos.Owner:
		return "An Owner can do everything: change and delete every resource, read data, and decide who else has access."
	case pharos.Contributor:
		return "A Contributor can change and delete every resource, but not decide who has access."
	default:
		return "What it can do is written at https://learn.microsoft.com/azure/role-based-access-control/built-in-roles under its name."
	}
}

// scopeName writes a scope for people, with its id.
func (h *Letterhead) scopeName(s pharos.Scope, subscription string) string {
	sub := s.Subscription()
	name := cmp.Or(subscription, h.Names.Subscriptions[sub].Name)
	if name == "" || sub == "" {
		return string(s)
	}
	if s == pharos.SubscriptionScope(sub) {
		return fmt.Sprintf("the subscription %s (%s)", name, sub)
	}
	if group := s.ResourceGroup(); group != "" && !s.IsResource() {
		return fmt.Sprintf("the resource group %s of the subscription %s (%s)", group, name, sub)
	}
	return fmt.Sprintf("%s of the subscription %s", s, name)
}
