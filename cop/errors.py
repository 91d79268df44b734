"""The error tree: one class per fault, each message naming the offending value and the remedy."""


class CopError(Exception):
    """Base of all errors that are shown to the user."""


class SettingsError(CopError):
    """A setting has an invalid value."""


class WheelhouseError(CopError):
    """An offline install folder is missing, incomplete or for another machine."""


class RegionError(CopError):
    """A region declaration is missing, malformed, or cannot be built here."""


class ProfileError(CopError):
    """A source profile is missing, malformed, or does not fit the file it was used on."""


class MappingError(CopError):
    """A mapping of a file's columns is incomplete, unknown, or does not fit the file."""


class BatchError(CopError):
    """A batch of records posted to a feed is not valid."""


class InputFileError(CopError):
    """An input file cannot be read in its stated format."""


class StoreError(CopError):
    """The warehouse is missing, damaged or locked, or does not have what was requested."""


class BusyError(StoreError):
    """Another process is publishing; try again."""


class ClockError(StoreError):
    """The clock is before the newest version or far after it; a publish needs a confirmation."""


class DatasetMissingError(StoreError):
    """The warehouse has no dataset of that name at that version."""


class AbandonedError(CopError):
    """Nobody waits for an answer any more, so that its work was ended."""


class CrowdedError(CopError):
    """More is asked for than can be answered now; try again later."""


class CircularAnswerError(CopError):
    """An answer depends on itself: an error of the program."""


class VersionError(StoreError):
    """No version of that number or moment is stored."""


class PictureMissingError(StoreError):
    """No Picture of that id or revision is saved."""


class RevisionConflictError(StoreError):
    """A saved Picture has a newer revision than the one that an update is based on."""


class DamageError(StoreError):
    """A file of the warehouse differs from what was published; `cop doctor` names it."""


class VersionDamagedError(VersionError):
    """A version is stored, but one of its files is damaged."""


class BoardError(CopError):
    """The board cannot be changed: another user is the presenter, or nobody is."""


class AnnotationError(CopError):
    """An annotation cannot be drawn or erased as requested."""


class ImpactError(CopError):
    """An impact level cannot be agreed, changed or cleared as requested."""


class AlertError(CopError):
    """An alert cannot be acknowledged, closed or exported as requested."""


class AlertMissingError(AlertError):
    """No alert has that id."""


class AuditError(CopError):
    """The audit record cannot be written or read, or is not whole: nothing is done without it."""


class AuditAwayError(AuditError):
    """The database of the audit record does not answer: nothing is done until it does."""


class SightError(CopError):
    """What a place sees could not be computed."""


class FilterError(CopError):
    """A filter has a name or value that does not exist or does not parse."""


class PictureError(CopError):
    """A saved Picture's name, description or author is not valid."""


class TileError(CopError):
    """A tile address is outside the range that the layer serves."""


class HandoutError(CopError):
    """A hand-out cannot be built as requested."""


class LayerError(CopError):
    """A layer declaration is malformed, or no layer has that name."""


class LayerMissingError(LayerError):
    """No uploaded layer has that id, or that revision of it is no longer stored."""


class QuotaError(LayerError):
    """A person's upload quota is used up."""


class AccessError(CopError):
    """A person may not do that, or an account cannot be added or changed as requested."""


class ProviderError(AccessError):
    """The identity provider cannot be reached, or its answer is not valid."""


class PartnerError(CopError):
    """A partner cannot be added or changed as requested, or no partner has that code."""


class PackageError(CopError):
    """A package from a partner is refused: changed, replayed, expired, not for us, not signed."""


class SignatureError(CopError):
    """A request from another server is not signed by a partner, not for us, or sent before."""


class TransferError(CopError):
    """A partner's server cannot be reached, or what it answered is not valid."""


class ReportError(CopError):
    """A report from the field is not valid, or cannot be graded as requested."""


class PaceError(ReportError):
    """A person sends more reports than they can: the same one is taken ``wait_s`` seconds later."""

    wait_s = 60


class BriefError(CopError):
    """A brief of an area cannot be made, scheduled or found as requested."""


class RfiError(CopError):
    """A request for information is not valid, or that step of it is not possible."""


class TakError(CopError):
    """A TAK server cannot be reached, refuses us, or what it sent or is to get is not valid."""
