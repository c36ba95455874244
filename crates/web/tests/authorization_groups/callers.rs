//! The kinds of caller, and what a request of each can come to.

use web::Policy;

/// Who asks. The group is the one that the rows of the tables name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    /// Olga, who owns the group.
    Owner,
    /// Adam, an administrator of the group.
    Administrator,
    /// Mia, a member of the group.
    Member,
    /// Otto, who owns another group and is no member of this one.
    Stranger,
    /// Ada, who administers the installation and is in no group.
    Installation,
    /// Ada again, through a registered application, where she is like anybody else.
    ThroughApplication,
    /// A service account that is in no group, with a key of every scope.
    Service,
    /// A service account that is an administrator of the group, with a key of every scope.
    ServiceInside,
    /// Somebody who was added to the group and never activated their account, with a key of every scope.
    NotActivated,
    /// A former owner whose login was disabled, with what they were signed in with before.
    Disabled,
    /// Nobody.
    Nobody,
}

impl Who {
    pub(crate) const ALL: [Self; 11] = [
        Self::Owner,
        Self::Administrator,
        Self::Member,
        Self::Stranger,
        Self::Installation,
        Self::ThroughApplication,
        Self::Service,
        Self::ServiceInside,
        Self::NotActivated,
        Self::Disabled,
        Self::Nobody,
    ];
}

/// What a request comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is answered, or done.
    Allowed,
    /// The caller may, but it clashes with how things stand.
    Clashes,
    /// Back to the page they came from, which says why nothing was done.
    SaidNo,
    /// There is no such thing for this caller.
    NotFound,
    /// The caller may not.
    Forbidden,
    /// Who is asking is not known; a browser is sent to log in.
    Unauthorized,
}

impl Outcome {
    /// Whether an answer that means `answer` can be this: what was not done looks as if it had been, until one looks.
    pub(crate) fn shows_as(self, answer: Self) -> bool {
        self == answer || (self == Self::SaidNo && answer == Self::Allowed)
    }
}

use Outcome::{Allowed, Forbidden, NotFound, Unauthorized};

/// What the first five kinds of caller get; the others follow from them.
#[derive(Clone, Copy)]
pub(crate) struct Expect {
    pub(crate) owner: Outcome,
    pub(crate) administrator: Outcome,
    pub(crate) member: Outcome,
    pub(crate) stranger: Outcome,
    pub(crate) installation: Outcome,
}

/// Who manages the group.
pub(crate) const MANAGES: Expect = Expect {
    owner: Allowed,
    administrator: Allowed,
    member: Forbidden,
    stranger: NotFound,
    installation: Allowed,
};

/// Who owns the group.
pub(crate) const OWNS: Expect = Expect {
    administrator: Forbidden,
    ..MANAGES
};

/// Who is in the group, and who manages it.
pub(crate) const SEES: Expect = Expect {
    member: Allowed,
    ..MANAGES
};

/// Whoever is a member of the group themself.
pub(crate) const IS_IN: Expect = Expect {
    member: Allowed,
    installation: NotFound,
    ..MANAGES
};

/// Nobody but who administers the installation; those who know of the thing are told that they may not.
pub(crate) const INSTALLATION: Expect = Expect {
    owner: Forbidden,
    administrator: Forbidden,
    member: Forbidden,
    stranger: Forbidden,
    installation: Allowed,
};

/// Everybody, for what is only about themself.
pub(crate) const EVERYBODY: Expect = Expect {
    owner: Allowed,
    administrator: Allowed,
    member: Allowed,
    stranger: Allowed,
    installation: Allowed,
};

/// Nobody knows of it but whom an exception names.
pub(crate) const NOBODY: Expect = Expect {
    owner: NotFound,
    administrator: NotFound,
    member: NotFound,
    stranger: NotFound,
    installation: NotFound,
};

impl Expect {
    /// What this caller gets where `policy` is the route's.
    pub(crate) fn of(&self, who: Who, policy: Policy) -> Outcome {
        let by_program = matches!(policy, Policy::Program | Policy::Key(_) | Policy::Reporter);
        match who {
            Who::Owner => self.owner,
            Who::Administrator => self.administrator,
            Who::Member => self.member,
            Who::Stranger => self.stranger,
            Who::Installation => self.installation,
            // Pages are for browsers, not for programs.
            Who::ThroughApplication | Who::Service | Who::ServiceInside if !by_program => Unauthorized,
            Who::ThroughApplication | Who::Service => self.stranger,
            Who::ServiceInside => self.administrator,
            Who::NotActivated | Who::Disabled | Who::Nobody => Unauthorized,
        }
    }
}
