//! The name an application gives the device that it signs a user in on.

use crate::{ChangeError, FieldError, Visitor, limits, names};

/// The visitor on a device of this name, as lists of devices and the log show it; without one the user agent names it.
pub fn on_device(mut visitor: Visitor, name: Option<&str>) -> Result<Visitor, ChangeError> {
    let name = names::tidy(name.unwrap_or_default());
    if name.is_empty() {
        return Ok(visitor);
    }
    let mut errors: Vec<FieldError> = Vec::new();
    names::check_text("device_name", "device name", &name, limits::DEVICE_NAME, &mut errors);
    if !errors.is_empty() {
        return Err(ChangeError::Invalid(errors));
    }
    visitor.origin.device = Some(name);
    Ok(visitor)
}
