"""The error tree: one class per fault, each message naming the offending value and the remedy."""


class CopError(Exception):
    """Anything that went wrong in a way the user can be told about."""


class SettingsError(CopError):
    """A setting holds a value that cannot be used."""


class WheelhouseError(CopError):
    """A folder to install from without network is missing, incomplete or for another machine."""


class RegionError(CopError):
    """A region declaration is missing, malformed, or cannot be built here."""


class ProfileError(CopError):
    """A source profile is missing, malformed, or does not fit the file it was used on."""


class MappingError(CopError):
    """A mapping of a file's columns is incomplete, unknown, or does not fit the file."""


class BatchError(CopError):
    """A batch of records posted to a feed cannot be taken as it is."""


class InputFileError(CopError):
    """A file handed to us cannot be read as what it was said to be."""


class StoreError(CopError):
    """The warehouse is missing, damaged, locked, or was asked for something it does not hold."""


class BusyError(StoreError):
    """Another process is publishing; what was asked for can be tried again."""


class DatasetMissingError(StoreError):
    """The warehouse holds no dataset of that name at that version."""


class CircularAnswerError(CopError):
    """An answer was asked for while it is being computed: a fault of the program."""


class VersionError(StoreError):
    """No version of that number or moment is kept."""


class PictureMissingError(StoreError):
    """No Picture of that id or revision is saved."""


class RevisionConflictError(StoreError):
    """A saved Picture was updated by another since the revision that an update is based on."""


class DamageError(StoreError):
    """A file of the warehouse is not what was published; `cop doctor` names it."""


class VersionDamagedError(VersionError):
    """A version is kept, but a file that it shows is damaged."""


class BoardError(CopError):
    """The board cannot be changed so: somebody else presents, or nobody does."""


class AnnotationError(CopError):
    """An annotation cannot be drawn or erased so."""


class ImpactError(CopError):
    """An impact level cannot be agreed, changed or cleared so."""


class AlertError(CopError):
    """An alert cannot be acknowledged, closed or exported so."""


class AlertMissingError(AlertError):
    """No alert of that id was ever raised here."""


class FilterError(CopError):
    """A filter of the Picture holds a name or value that does not exist or does not parse."""


class PictureError(CopError):
    """A saved Picture's name, description or author cannot be taken."""


class TileError(CopError):
    """A tile address is outside the range that the layer serves."""


class HandoutError(CopError):
    """A hand-out cannot be made as it was asked for."""


class LayerError(CopError):
    """A layer declaration is malformed, or no layer has that name."""


class LayerMissingError(LayerError):
    """No uploaded layer has that id, or that revision of it is no longer kept."""


class QuotaError(LayerError):
    """A person holds so much in the warehouse that no more is taken."""
