//! The pictures of a record: what is known of each, and whether its bytes are on this phone.

use super::{Reader, shown};
use gridwalk_model::picture::{Media, Picture, pictures_of};
use gridwalk_model::view::GroupView;
use gridwalk_model::{AccountId, RecordId, Timestamp};
use gridwalk_store::{PictureStanding, StoreError};

/// One picture as a card draws it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PictureLine {
    /// Its number, from 1 in the order in which they came.
    pub n: usize,
    /// The member of the same-as group that it is attached to.
    pub record: RecordId,
    /// Its content, by its hash.
    pub hash: String,
    /// How many bytes.
    pub size: u64,
    /// What sort of file.
    #[serde(rename = "type")]
    pub media: Media,
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// When it was taken, as the camera said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<Timestamp>,
    /// When it was attached.
    pub at: Timestamp,
    /// Who attached it.
    pub by: AccountId,
    /// Whether its bytes are here, wait to be sent, or are not here yet.
    pub standing: PictureStanding,
    /// Its description, as it stands in the change.
    #[serde(skip)]
    pub picture: Picture,
}

impl Reader<'_> {
    /// The pictures of a record, or of the group that it is shown in.
    pub fn pictures(&self, record: RecordId) -> Result<Vec<PictureLine>, StoreError> {
        let record = self.store.living(record)?;
        let loaded = self.load([record])?;
        shown(&loaded, record).map_or(Ok(Vec::new()), |view| self.pictures_of(&view))
    }

    pub(super) fn pictures_of(&self, view: &GroupView<'_>) -> Result<Vec<PictureLine>, StoreError> {
        let mut lines: Vec<PictureLine> = Vec::new();
        for member in &view.members {
            for (picture, tag) in pictures_of(member) {
                let hash = picture.hash.to_string();
                if lines.iter().any(|line| line.hash == hash) {
                    continue;
                }
                lines.push(PictureLine {
                    n: lines.len() + 1,
                    record: member.record,
                    hash,
                    size: picture.size,
                    media: picture.media,
                    width: picture.width,
                    height: picture.height,
                    taken_at: picture.taken_at,
                    at: tag.effective,
                    by: tag.author,
                    standing: self.store.picture_standing(member.record, picture.hash)?,
                    picture,
                });
            }
        }
        Ok(lines)
    }
}
